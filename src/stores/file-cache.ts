/**
 * Sessions in the files of one directory: for one process, or for several processes of one host.
 *
 * One file for each key, named after the SHA-256 of the key, so that keys that differ in case never meet and no key
 * leaves the directory. `support/file-record.ts` describes its content.
 *
 * - Content is written to a temporary file, synced and renamed: a reader finds the old or the new record, also after a
 *   crash in the middle.
 * - `create`, `replace`, `delete`, sweeping and evicting hold a lock of their key (`support/file-lock.ts`) from the
 *   comparison to the rename. Nothing else renames or removes, so nothing comes in between.
 * - Extending writes the eight bytes of the expiry into the file that was opened, without a lock. Where that file was
 *   replaced or removed meanwhile, the bytes reach a file that no one can open any more: a newer record is neither
 *   overwritten nor revived, and the extension counts as done before it. Only a record near its end could be taken for
 *   expired by a sweep at the same moment; it is extended under the lock.
 */

import {createHash, randomUUID} from 'node:crypto'
import {access, constants, mkdir, open, rename, unlink} from 'node:fs/promises'
import {join, resolve} from 'node:path'
import {isError, SessionError} from '../errors.js'
import type {Extension, FoundRecord, Revision, SessionStore, StoreContext, StoreEntry, StoreRecord} from './contract.js'
import {systemContext} from './support/context.js'
import {orUndefinedIfMissing, patiently} from './support/file-errors.js'
import {type StillHeld, withFileLock} from './support/file-lock.js'
import {encodeFile, type FileRecord, readFileRecord, readRecord, writeExpiry} from './support/file-record.js'
import {fileShelf, lockOf, SUFFIX} from './support/file-shelf.js'

/** Options of {@link fileCache}. */
export interface FileCacheOptions {
	/** The directory of the files; it is made when it is missing. @default './flask_session' */
	readonly directory?: string
	/**
	 * How many sessions it keeps: above that the expired ones are removed, then, with a warning, the ones nearest to
	 * their expiry. 0 = no limit. @default 500
	 */
	readonly threshold?: number
	/** The permissions of the files. @default 0o600 */
	readonly mode?: number
}

/** A record that ends sooner than this is extended under the lock, because a sweep may be about to take it. */
const NEAR_THE_END_MS = 10_000

/** A store in the files of one directory. */
export function fileCache(options: FileCacheOptions = {}, context: StoreContext = systemContext()): SessionStore {
	const {threshold = 500, mode = 0o600} = options
	const directory = resolve(options.directory ?? './flask_session')
	const shelf = fileShelf(directory, threshold, context)
	const pathOf = (key: string) => join(directory, createHash('sha256').update(key).digest('hex') + SUFFIX)
	const isLive = ({expiresAt}: {expiresAt: number}) => expiresAt > context.now()

	const look = async (key: string, extend: Extension | undefined, locked: boolean) => {
		const file = await orUndefinedIfMissing(open(pathOf(key), extend === undefined ? 'r' : 'r+'))
		// A directory that has gone has not lost its sessions: that is an error, not a miss.
		if (file === undefined) return void (await access(directory))
		try {
			const record = await readRecord(file)
			if (!isLive(record)) return undefined
			const due = extend !== undefined && record.expiresAt < extend.ifBefore
			if (!due) return foundRecord(record)
			if (!locked && record.expiresAt - context.now() < NEAR_THE_END_MS) return 'near the end'
			await writeExpiry(file, extend.to)
			return foundRecord(record, extend.to)
		} finally {
			await file.close()
		}
	}

	const put = async (path: string, key: string, entry: StoreEntry, stillHeld: StillHeld) => {
		const {content, revision} = encodeFile(key, entry.payload, entry.expiresAt)
		const temporary = `${path}.${randomUUID()}.tmp`
		try {
			await writeSynced(temporary, content, mode)
			await stillHeld()
			await patiently(() => rename(temporary, path))
		} catch (error) {
			await orUndefinedIfMissing(unlink(temporary))
			throw error
		}
		return {outcome: 'written', revision} as const
	}

	const store: SessionStore = {
		capabilities: {atomicWrites: true, extendsOnRead: true, selfCleaning: false, scope: 'host', expirySlackMs: 0},

		async open() {
			try {
				await mkdir(directory, {recursive: true, mode: 0o700})
				await access(directory, constants.R_OK | constants.W_OK | constants.X_OK)
				await shelf.tidy()
			} catch (cause) {
				throw unusable(directory, cause)
			}
		},

		async read(key, extend) {
			const found = await look(key, extend, false)
			if (found !== 'near the end') return found
			const again = await withFileLock(lockOf(pathOf(key)), () => look(key, extend, true))
			return again === 'near the end' ? undefined : again
		},

		async create(key, entry) {
			const path = pathOf(key)
			const result = await withFileLock(lockOf(path), async stillHeld => {
				const record = await readFileRecord(path)
				if (record !== undefined && isLive(record)) return {outcome: 'conflict'} as const
				const written = await put(path, key, entry, stillHeld)
				if (record === undefined) shelf.added()
				return written
			})
			if (result.outcome === 'written') await shelf.keepWithinThreshold()
			return result
		},

		async replace(key, entry, revision) {
			const path = pathOf(key)
			return withFileLock(lockOf(path), async stillHeld => {
				const record = await readFileRecord(path)
				if (record === undefined || !isLive(record)) return {outcome: 'gone'}
				if (isOther(record, revision)) return {outcome: 'conflict', current: storedRecord(record)}
				return put(path, key, entry, stillHeld)
			})
		},

		async touch(key, expiresAt) {
			return (await store.read(key, {to: expiresAt, ifBefore: Number.POSITIVE_INFINITY})) !== undefined
		},

		async delete(key, revision) {
			const path = pathOf(key)
			return withFileLock(lockOf(path), async stillHeld => {
				const record = await readFileRecord(path)
				if (record === undefined || !isLive(record)) return {outcome: 'gone'}
				if (isOther(record, revision)) return {outcome: 'conflict', current: storedRecord(record)}
				await stillHeld()
				await patiently(() => unlink(path))
				shelf.removed()
				return {outcome: 'deleted'}
			})
		},

		sweep: shelf.sweep,
		list: shelf.list,
		async close() {},
	}
	return store
}

function storedRecord({payload, revision, expiresAt}: FileRecord): StoreRecord {
	return {payload, revision, expiresAt}
}

function foundRecord(record: FileRecord, extendedTo?: number): FoundRecord {
	const {payload, revision, expiresAt} = record
	const extended = extendedTo !== undefined
	return {payload, revision, expiresAt: extendedTo ?? expiresAt, extended, previousExpiresAt: expiresAt}
}

function isOther(record: FileRecord, revision: Revision | undefined): boolean {
	return revision !== undefined && revision !== record.revision
}

async function writeSynced(path: string, content: Buffer, mode: number): Promise<void> {
	const file = await open(path, 'wx', mode)
	try {
		// The mode of `open` is cut by the umask.
		if ((mode & process.umask()) !== 0) await file.chmod(mode)
		await file.writeFile(content)
		await file.sync()
	} finally {
		await file.close()
	}
}

function unusable(directory: string, cause: unknown): SessionError {
	const reason = isError(cause) ? cause.message : String(cause)
	return new SessionError(
		'ERR_SESSION_STORE',
		`The session directory ${directory} cannot be used (${reason}). Make it writable for the user that runs this ` +
			'process, or choose another one with SESSION_FILE_DIR or fileCache({directory}).',
		{cause},
	)
}
