/**
 * One session in one file.
 *
 * | bytes | what |
 * |---|---|
 * | 0-7 | expiry: 6 bytes of milliseconds since the epoch, 2 bytes that check them |
 * | 8-11 | `kss1`, the name of this format |
 * | 12-19 | revision: 8 random bytes, new with every write of the payload |
 * | 20-23 | length of the key |
 * | 24- | key (UTF-8), then the payload |
 *
 * The expiry stands first and aligned, because it is the only part that is ever written in place. Eight aligned bytes
 * are copied in one piece wherever Node runs; should a platform copy them in two, the check does not fit, and the
 * reader reads again: half an expiry is never believed.
 */

import {randomBytes} from 'node:crypto'
import {type FileHandle, open} from 'node:fs/promises'
import {SessionError} from '../../errors.js'
import {orUndefinedIfMissing} from './file-errors.js'

/** What the head of a file says. */
export interface FileHead {
	readonly expiresAt: number
	readonly revision: string
	readonly key: string
}

/** The head and the payload of a file. */
export interface FileRecord extends FileHead {
	readonly payload: Buffer
}

const HEAD_BYTES = 24
const FORMAT = 0x6b737331
const REREADS = 5

/** The bytes of a new file, and the revision that it has. */
export function encodeFile(key: string, payload: Uint8Array, expiresAt: number): {content: Buffer; revision: string} {
	const keyBytes = Buffer.from(key)
	const head = Buffer.alloc(HEAD_BYTES)
	encodeExpiry(expiresAt).copy(head)
	head.writeUInt32BE(FORMAT, 8)
	randomBytes(8).copy(head, 12)
	head.writeUInt32BE(keyBytes.length, 20)
	return {content: Buffer.concat([head, keyBytes, payload]), revision: head.toString('hex', 12, 20)}
}

/**
 * Reads a whole file.
 *
 * @throws {SessionError} `ERR_SESSION_CORRUPT_RECORD` when the file is not one of this format
 */
export async function readRecord(file: FileHandle): Promise<FileRecord> {
	const content = await file.readFile()
	const head = await decodeHead(file, content)
	return {...head, payload: content.subarray(HEAD_BYTES + content.readUInt32BE(20))}
}

/** Reads the file at `path`, or gives `undefined` when there is none. */
export async function readFileRecord(path: string): Promise<FileRecord | undefined> {
	const file = await orUndefinedIfMissing(open(path, 'r'))
	if (file === undefined) return undefined
	try {
		return await readRecord(file)
	} finally {
		await file.close()
	}
}

/** Reads the head of the file at `path`, or gives `undefined` when there is none. */
export async function readFileHead(path: string): Promise<FileHead | undefined> {
	const file = await orUndefinedIfMissing(open(path, 'r'))
	if (file === undefined) return undefined
	try {
		return await readHead(file)
	} finally {
		await file.close()
	}
}

async function readHead(file: FileHandle): Promise<FileHead> {
	const start = await readStart(file, HEAD_BYTES + 256)
	const keyBytes = start.length < HEAD_BYTES ? 0 : start.readUInt32BE(20)
	const whole = HEAD_BYTES + keyBytes <= start.length ? start : await readStart(file, HEAD_BYTES + keyBytes)
	return decodeHead(file, whole)
}

/** Moves the expiry of an open file, and touches nothing else. */
export async function writeExpiry(file: FileHandle, expiresAt: number): Promise<void> {
	await file.write(encodeExpiry(expiresAt), 0, 8, 0)
}

async function decodeHead(file: FileHandle, content: Buffer): Promise<FileHead> {
	const keyEnd = content.length < HEAD_BYTES ? 0 : HEAD_BYTES + content.readUInt32BE(20)
	if (keyEnd === 0 || keyEnd > content.length || content.readUInt32BE(8) !== FORMAT) throw corrupt()
	let expiresAt = decodeExpiry(content)
	for (let reread = 0; expiresAt === undefined && reread < REREADS; reread++) {
		expiresAt = decodeExpiry(await readStart(file, 8))
	}
	if (expiresAt === undefined) throw corrupt()
	return {expiresAt, revision: content.toString('hex', 12, 20), key: content.toString('utf8', HEAD_BYTES, keyEnd)}
}

async function readStart(file: FileHandle, length: number): Promise<Buffer> {
	const {buffer, bytesRead} = await file.read(Buffer.alloc(Math.min(length, 65_536)), {position: 0})
	return buffer.subarray(0, bytesRead)
}

function encodeExpiry(expiresAt: number): Buffer {
	const bytes = Buffer.alloc(8)
	bytes.writeUIntBE(Math.min(Math.max(Math.ceil(expiresAt), 0), 2 ** 48 - 1), 0, 6)
	bytes.writeUInt16BE(checkOf(bytes), 6)
	return bytes
}

function decodeExpiry(bytes: Buffer): number | undefined {
	return bytes.length >= 8 && bytes.readUInt16BE(6) === checkOf(bytes) ? bytes.readUIntBE(0, 6) : undefined
}

function checkOf(bytes: Buffer): number {
	return (Math.imul(bytes.readUIntBE(0, 3), 0x9e3779b1) ^ Math.imul(bytes.readUIntBE(3, 3) + 1, 0x85ebca6b)) >>> 16
}

function corrupt(): SessionError {
	return new SessionError(
		'ERR_SESSION_CORRUPT_RECORD',
		'A file of the session directory is not a session of this package, or is damaged. Remove it; the next sweep does.',
	)
}
