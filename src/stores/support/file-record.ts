/**
 * One session in one file: a line `kss2 <revision> <key>`, then the payload. When it expires is the time of its last
 * modification, which is moved in one step without touching the content, and read without opening the file.
 *
 * Reading never blocks and never follows a link, because whatever has the name of a session file may be put there.
 */

import {randomUUID} from 'node:crypto'
import {constants, type Stats} from 'node:fs'
import {access, type FileHandle, open} from 'node:fs/promises'
import {dirname} from 'node:path'
import {SessionError} from '../../errors.js'
import type {StoreRecord} from '../contract.js'
import {codeOf, orUndefinedIfMissing} from './file-errors.js'

/** What the content of a session file says. */
export interface FileContent extends Pick<StoreRecord, 'payload'> {
	readonly key: string
	readonly revision: string
}

const FORMAT = 'kss2'
// not every system knows the last three
const {O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_NOATIME = 0} = constants
const READ = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOATIME

/** The bytes of a new file, and the revision that it has. */
export function encodeFile(key: string, payload: Uint8Array): {bytes: Buffer; revision: string} {
	const revision = randomUUID()
	return {bytes: Buffer.concat([Buffer.from(`${FORMAT} ${revision} ${key}\n`), payload]), revision}
}

/**
 * What the bytes of a file say.
 *
 * @throws {SessionError} `ERR_SESSION_CORRUPT_RECORD` when it is not a session of this package, or not that of `key`
 */
export function decodeFile(bytes: Buffer, expected?: string): FileContent {
	const end = bytes.indexOf('\n')
	const [format, revision, key] = bytes.toString('latin1', 0, Math.max(end, 0)).split(' ')
	if (format !== FORMAT || !revision || !key) throw corrupt('is damaged, or no session of this package')
	if (expected !== undefined && key !== expected) throw corrupt('holds another session than its name says')
	return {key, revision, payload: bytes.subarray(end + 1)}
}

/** When the session expires, in milliseconds since the epoch. */
export function expiryOf({mtimeMs}: Stats): number {
	// a file system keeps finer times than these, a little off
	return Math.round(mtimeMs)
}

/** Whether anybody has come back to the session since it was created. */
export function isUsed({atimeMs}: Stats): boolean {
	return atimeMs > 0
}

/** Moves the expiry. `used` as for {@link isUsed}. */
export async function setExpiry(file: FileHandle, expiresAt: number, used: boolean): Promise<void> {
	await file.utimes(used ? Date.now() / 1000 : 0, Math.ceil(expiresAt) / 1000)
}

/** Whether it can be a session file: a plain file that belongs to the user of this process. */
export function isSessionFile(stats: Stats): boolean {
	return stats.isFile() && isOurs(stats)
}

/** Whether something belongs to the user of this process, where the system knows of users. */
export function isOurs({uid}: Stats): boolean {
	return process.geteuid === undefined || uid === process.geteuid()
}

/**
 * Opens a session file and calls `use` with it; `undefined` when there is none.
 *
 * @throws {SessionError} `ERR_SESSION_CORRUPT_RECORD` when it is a link, a pipe, a directory, or another user's
 */
export async function withFile<T>(
	path: string,
	use: (file: FileHandle, expiresAt: number) => Promise<T>,
): Promise<T | undefined> {
	const file = await orUndefinedIfMissing(open(path, READ)).catch(refuse)
	// a directory that has gone has not lost its sessions: that is an error, not a miss
	if (file === undefined) return void (await access(dirname(path)))
	try {
		const stats = await file.stat()
		if (!isSessionFile(stats)) throw corrupt('is no file, or belongs to another user')
		return await use(file, expiryOf(stats))
	} finally {
		await file.close()
	}
}

function refuse(error: unknown): never {
	if (codeOf(error) === 'ELOOP') throw corrupt('is a link')
	throw codeOf(error) === 'EPERM' ? corrupt('belongs to another user') : error
}

function corrupt(how: string): SessionError {
	return new SessionError(
		'ERR_SESSION_CORRUPT_RECORD',
		`What has the name of a session file ${how}. It was left as it is: look at it, and remove it.`,
	)
}
