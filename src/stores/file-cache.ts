/**
 * Sessions in the files of one directory: for one process, or for several processes of one host that run as one user.
 *
 * One file for each key, named after the SHA-256 of the key, so that keys that differ in case never meet and no key
 * leaves the directory. `support/file-record.ts` describes the file: its content, and the expiry as its time.
 *
 * - Content is written to a successor beside the file, synced and renamed into its place: a reader finds the old or the
 *   new record, also after a crash in the middle.
 * - `create`, `replace`, `touch`, `delete`, sweeping and evicting hold a lock of the file (`support/file-lock.ts`).
 * - A read extends without the lock, by setting the time of the file that it has opened. Where that file was replaced or
 *   removed meanwhile, it sets the time of a file that no one can open any more: a newer record is neither changed nor
 *   revived, and the extension counts as done before it. Only a record near its end could be swept at the same moment;
 *   it is extended under the lock.
 */

import {createHash} from 'node:crypto'
import {constants, type Stats} from 'node:fs'
import {access, type FileHandle, mkdir, stat, unlink} from 'node:fs/promises'
import {join, resolve} from 'node:path'
import {isError, SessionError} from '../errors.js'
import type {SessionStore, StoreContext, StoreRecord} from './contract.js'
import {comparing, type Exclusively, type RecordAccess} from './support/compare.js'
import {systemContext} from './support/context.js'
import {patiently} from './support/file-errors.js'
import {withFileLock} from './support/file-lock.js'
import {decodeFile, encodeFile, isOurs, setExpiry, withFile} from './support/file-record.js'
import {fileShelf, SUFFIX} from './support/file-shelf.js'
import type {Successor} from './support/file-successor.js'
import {fileThreshold} from './support/file-threshold.js'

/** Options of {@link fileCache}. */
export interface FileCacheOptions {
	/** The directory of the files; it is made when it is missing. @default './flask_session' */
	readonly directory?: string
	/**
	 * How many sessions it keeps, about: above that the expired ones are removed, then, with a warning, those that nobody
	 * has come back to, then those nearest to their expiry. 0 = no limit. @default 500
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
	const shelf = fileShelf(directory, context)
	const limit = fileThreshold(shelf, threshold, context)
	const pathOf = (key: string) => join(directory, createHash('sha256').update(key).digest('hex') + SUFFIX)

	const withLive = <T>(key: string, use: (file: FileHandle, expiresAt: number) => Promise<T>) =>
		withFile(pathOf(key), async (file, expiresAt) => (expiresAt > context.now() ? use(file, expiresAt) : undefined))
	const recordIn = (key: string) => async (file: FileHandle, expiresAt: number) => {
		const {payload, revision} = decodeFile(await file.readFile(), key)
		return {payload, revision, expiresAt}
	}

	const exclusively: Exclusively = (key, step) => {
		const path = pathOf(key)
		const work = (successor: Successor) => {
			let found: StoreRecord | undefined
			return step({
				async find() {
					found = await withLive(key, recordIn(key))
					return found
				},
				async put({payload, expiresAt}) {
					const {bytes, revision} = encodeFile(key, payload)
					await successor.replace(path, bytes, file => setExpiry(file, expiresAt, found !== undefined))
					return revision
				},
				extend: async expiresAt => void (await withLive(key, file => setExpiry(file, expiresAt, true))),
				remove: () => patiently(() => unlink(path)),
			})
		}
		return withFileLock(path, context.timeoutMs, work, mode)
	}
	const methods = comparing(exclusively)
	/** Also what is damaged, which cannot be compared. */
	const removeLive = (key: string) => async (record: RecordAccess) => {
		const found = await withLive(key, async () => true)
		if (found) await record.remove()
		return {outcome: found ? 'deleted' : 'gone'} as const
	}

	return {
		capabilities: {atomicWrites: true, extendsOnRead: true, selfCleaning: false, scope: 'host', expirySlackMs: 0},

		async open() {
			try {
				await mkdir(directory, {recursive: true, mode: 0o700})
				await access(directory, constants.R_OK | constants.W_OK | constants.X_OK)
				const stats = await stat(directory)
				if (isExposed(stats)) context.warn(exposed(directory), 'KSS_FILE_DIRECTORY')
			} catch (cause) {
				throw unusable(directory, cause)
			}
		},

		async read(key, extend) {
			return withLive(key, async (file, previousExpiresAt) => {
				const record = await recordIn(key)(file, previousExpiresAt)
				const extended = extend !== undefined && previousExpiresAt < extend.ifBefore
				if (!extended) return {...record, extended, previousExpiresAt}
				if (previousExpiresAt - context.now() > NEAR_THE_END_MS) await setExpiry(file, extend.to, true)
				else if (!(await methods.touch(key, extend.to))) return undefined
				return {...record, expiresAt: extend.to, extended, previousExpiresAt}
			})
		},

		async create(key, entry) {
			const result = await methods.create(key, entry)
			if (result.outcome === 'written') limit.added()
			return result
		},

		replace: methods.replace,
		touch: methods.touch,

		async delete(key, revision) {
			const result = await (revision === undefined ? exclusively(key, removeLive(key)) : methods.delete(key, revision))
			if (result.outcome === 'deleted') limit.removed()
			return result
		},

		sweep: shelf.sweep,
		list: shelf.list,
		close: limit.close,
	}
}

function isExposed(stats: Stats): boolean {
	return !isOurs(stats) || (process.geteuid !== undefined && (stats.mode & 0o002) !== 0)
}

function exposed(directory: string): string {
	return (
		`The session directory ${directory} belongs to another user, or everybody may write to it: others can remove ` +
		'sessions, or put their own in their place. Give it to the user that runs this process, with the permissions 0700.'
	)
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
