/**
 * The session files of a directory taken together: counting, sweeping, evicting, listing, and removing what a crash
 * left behind. Other files of the directory are left alone.
 */

import {opendir, stat, unlink} from 'node:fs/promises'
import {join} from 'node:path'
import {SessionError} from '../../errors.js'
import type {SessionStore, StoreContext} from '../contract.js'
import {orUndefinedIfMissing, patiently} from './file-errors.js'
import {withFileLock} from './file-lock.js'
import {type FileHead, readFileHead} from './file-record.js'

/** How the name of a session file ends. */
export const SUFFIX = '.session'

/** The lock of a session file. */
export const lockOf = (path: string) => `${path}.lock`

/** What a store of files does with all of them. */
export interface FileShelf extends Required<Pick<SessionStore, 'sweep' | 'list'>> {
	/** Counts the files, and removes what a crash left behind. */
	tidy(): Promise<void>
	/** Says that this process has made a file. */
	added(): void
	/** Says that this process has removed a file. */
	removed(): void
	/** Removes sessions while there are more than the threshold. Never rejects: the write before it has been done. */
	keepWithinThreshold(): Promise<void>
}

const SESSION = /^[0-9a-f]{64}\.session$/
const LEFTOVER = /^[0-9a-f]{64}\.session\..+$/

/** No write takes as long as this: a lock or a temporary file that is older has no owner. */
const LEFTOVER_MS = 60_000

/** Files that other processes make are not counted, so the count is taken anew after so many of one's own. */
const RECOUNT_AFTER = 50

/** A file that is damaged holds no session: it goes with the expired ones. */
const DAMAGED: FileHead = {expiresAt: 0, revision: '', key: ''}

/** Looks after the session files of `directory`; `threshold` 0 means no limit. */
export function fileShelf(directory: string, threshold: number, context: StoreContext): FileShelf {
	let count = 0
	let addedSinceCount = 0
	let evicting: Promise<void> | undefined
	const isExpired = ({expiresAt}: FileHead) => expiresAt <= context.now()

	async function removeIf(path: string, condition: (head: FileHead) => boolean): Promise<boolean> {
		return withFileLock(lockOf(path), async stillHeld => {
			const head = await headOf(path)
			if (head === undefined || !condition(head)) return false
			await stillHeld()
			await patiently(() => unlink(path))
			count -= 1
			return true
		})
	}

	async function tidy(): Promise<void> {
		let seen = 0
		for await (const name of namesIn(directory)) {
			if (SESSION.test(name)) seen += 1
			else await removeLeftover(join(directory, name))
		}
		count = seen
		addedSinceCount = 0
	}

	async function evict(): Promise<void> {
		await tidy()
		if (count <= threshold) return
		const live: {path: string; expiresAt: number}[] = []
		for await (const {path, head} of headsIn(directory)) {
			if (isExpired(head)) await removeIf(path, isExpired)
			else live.push({path, expiresAt: head.expiresAt})
		}
		if (live.length <= threshold) return
		context.warn(
			`There are more sessions than the threshold of the session directory (${threshold}): the ones nearest to their ` +
				'expiry are removed. Raise SESSION_FILE_THRESHOLD or fileCache({threshold}), or set it to 0 for no limit.',
			'KSS_FILE_THRESHOLD',
		)
		live.sort((a, b) => a.expiresAt - b.expiresAt)
		// A few more than needed, so that the next session does not begin with a look into every file again.
		const excess = live.length - threshold + Math.floor(threshold / 50)
		for (const {path, expiresAt} of live.slice(0, excess)) await removeIf(path, head => head.expiresAt <= expiresAt)
	}

	return {
		tidy,

		added() {
			count += 1
			addedSinceCount += 1
		},

		removed() {
			count -= 1
		},

		async keepWithinThreshold() {
			if (threshold === 0 || (count <= threshold && addedSinceCount < RECOUNT_AFTER)) return
			evicting ??= evict()
				.catch(error => context.warn(`Sessions over the threshold were not removed: ${error}`, 'KSS_FILE_EVICTION'))
				.finally(() => {
					evicting = undefined
				})
			await evicting
		},

		async *sweep({batch, signal}) {
			await tidy()
			let removed = 0
			for await (const {path, head} of headsIn(directory)) {
				if (signal?.aborted) return
				if (isExpired(head) && (await removeIf(path, isExpired))) removed += 1
				if (removed < batch) continue
				yield removed
				removed = 0
			}
			yield removed
		},

		async *list({prefix, signal}) {
			for await (const {head} of headsIn(directory)) {
				if (signal?.aborted) return
				if (!isExpired(head) && head.key.startsWith(prefix)) yield head.key
			}
		},
	}
}

async function* namesIn(directory: string): AsyncGenerator<string> {
	for await (const {name} of await opendir(directory)) if (SESSION.test(name) || LEFTOVER.test(name)) yield name
}

async function* headsIn(directory: string): AsyncGenerator<{path: string; head: FileHead}> {
	for await (const name of namesIn(directory)) {
		const path = join(directory, name)
		const head = SESSION.test(name) ? await headOf(path) : undefined
		if (head !== undefined) yield {path, head}
	}
}

async function headOf(path: string): Promise<FileHead | undefined> {
	try {
		return await readFileHead(path)
	} catch (error) {
		if (error instanceof SessionError) return DAMAGED
		throw error
	}
}

async function removeLeftover(path: string): Promise<void> {
	const found = await orUndefinedIfMissing(stat(path))
	if (found !== undefined && Date.now() - found.mtimeMs > LEFTOVER_MS) await orUndefinedIfMissing(unlink(path))
}
