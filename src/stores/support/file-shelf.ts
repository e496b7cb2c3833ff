/**
 * The session files of a directory taken together: looking through them, sweeping, listing, and removing what a kill
 * left behind. Other files of the directory are left alone.
 */

import type {Stats} from 'node:fs'
import {type FileHandle, lstat, opendir, unlink} from 'node:fs/promises'
import {join} from 'node:path'
import type {SessionStore, StoreContext} from '../contract.js'
import type {Evictable} from './eviction.js'
import {codeOf, orUndefinedIfMissing, patiently} from './file-errors.js'
import {removeLeft, withFileLock} from './file-lock.js'
import {decodeFile, expiryOf, isSessionFile, isUsed, withFile} from './file-record.js'

/** A session file, by what can be known without opening it. */
export interface SessionFile extends Evictable {
	readonly path: string
}

/** What a store of files does with all of them. */
export interface FileShelf extends Required<Pick<SessionStore, 'sweep' | 'list'>> {
	/** The paths of the session files, whatever they are; what a kill left behind is removed on the way. */
	paths(signal?: AbortSignal): AsyncIterable<string>
	/** The session files, expired ones too. */
	files(signal?: AbortSignal): AsyncIterable<SessionFile>
	/** Removes a file that expires at `expiresAt` or before; whether it did. */
	remove(path: string, expiresAt: number): Promise<boolean>
}

/** How the name of a session file ends. */
export const SUFFIX = '.session'

const SESSION = /^[0-9a-f]{64}\.session$/
const LEFTOVER = /^[0-9a-f]{64}\.session\..+$/

/** No write takes as long as this: a lock or a successor that is older has no owner. */
const LEFTOVER_MS = 60_000

/** Looks after the session files of `directory`. */
export function fileShelf(directory: string, context: StoreContext): FileShelf {
	async function look(path: string): Promise<Stats | undefined> {
		const stats = await orUndefinedIfMissing(lstat(path))
		if (stats === undefined || isSessionFile(stats)) return stats
		context.warn(
			`In the session directory ${directory} there is something with the name of a session that is no file, or belongs ` +
				`to another user (${path.slice(directory.length + 1)}). It is left alone: find out who put it there, and remove it.`,
			'KSS_FILE_FOREIGN',
		)
		return undefined
	}

	async function removeLeftover(path: string): Promise<void> {
		const stats = await orUndefinedIfMissing(lstat(path))
		if (stats !== undefined && context.now() - stats.ctimeMs > LEFTOVER_MS) await removeLeft(path)
	}

	const shelf: FileShelf = {
		async *paths(signal) {
			for await (const {name} of await opendir(directory, {bufferSize: 256})) {
				if (signal?.aborted) return
				if (SESSION.test(name)) yield join(directory, name)
				else if (LEFTOVER.test(name)) await removeLeftover(join(directory, name))
			}
		},

		async *files(signal) {
			for await (const path of shelf.paths(signal)) {
				const stats = await look(path)
				if (stats !== undefined) yield {path, expiresAt: expiryOf(stats), used: isUsed(stats)}
			}
		},

		remove: (path, expiresAt) =>
			withFileLock(path, context.timeoutMs, async () => {
				const stats = await look(path)
				if (stats === undefined || expiryOf(stats) > expiresAt) return false
				await patiently(() => unlink(path))
				return true
			}),

		async *sweep({batch, signal}) {
			let removed = 0
			for await (const {path, expiresAt} of shelf.files(signal)) {
				if (expiresAt <= context.now() && (await shelf.remove(path, context.now()))) removed += 1
				if (removed < batch) continue
				yield removed
				removed = 0
			}
			yield removed
		},

		async *list({prefix, signal}) {
			for await (const {path, expiresAt} of shelf.files(signal)) {
				const key = expiresAt > context.now() ? await withFile(path, keyIn).catch(undefinedIfCorrupt) : undefined
				if (key?.startsWith(prefix)) yield key
			}
		},
	}
	return shelf
}

async function keyIn(file: FileHandle): Promise<string> {
	return decodeFile(await file.readFile()).key
}

function undefinedIfCorrupt(error: unknown): undefined {
	if (codeOf(error) !== 'ERR_SESSION_CORRUPT_RECORD') throw error
}
