/**
 * Keeps the session files of a directory to a number, about: in the background, so that no new session waits for it.
 */

import type {StoreContext} from '../contract.js'
import {byEviction} from './eviction.js'
import {codeOf} from './file-errors.js'
import type {FileShelf, SessionFile} from './file-shelf.js'

/** Is told what this process makes and removes. */
export interface FileThreshold {
	added(): void
	removed(): void
	/** Stops, and waits for what is under way. */
	close(): Promise<void>
}

/** So many files are removed at most after one look at all of them. */
const AT_ONCE = 5000

/** Keeps `shelf` to `threshold` files; 0 means no limit. */
export function fileThreshold(shelf: FileShelf, threshold: number, {now, warn}: StoreContext): FileThreshold {
	// other processes add and remove too, so they are counted anew after some of one's own
	const recountAfter = Math.max(50, threshold / 50)
	const closing = new AbortController()
	let count = 0
	let removed = 0
	let addedSinceCount = Number.POSITIVE_INFINITY
	let evicting: Promise<void> | undefined

	/** Whether something was removed: then some may have been added meanwhile. */
	async function removeSome(): Promise<boolean> {
		addedSinceCount = 0
		removed = 0
		count = 0
		for await (const _ of shelf.paths(closing.signal)) count += 1
		if (count <= threshold) return false
		const first = await firstToGo()
		if (count > threshold && !closing.signal.aborted) {
			warn(tooMany(threshold), 'KSS_FILE_THRESHOLD')
			// a few more than needed, so that the next session does not begin with a look at every file again
			const excess = count - threshold + Math.floor(threshold / 50)
			for (const {path, expiresAt} of first.slice(0, excess)) await remove(path, expiresAt)
		}
		return removed > 0
	}

	/** Removes the expired ones, and finds the others that go first. */
	async function firstToGo(): Promise<SessionFile[]> {
		const order = byEviction(now())
		let first: SessionFile[] = []
		for await (const file of shelf.files(closing.signal)) {
			if (file.expiresAt > now()) first.push(file)
			else await remove(file.path, now())
			if (first.length >= 2 * AT_ONCE) first = first.sort(order).slice(0, AT_ONCE)
		}
		return first.sort(order).slice(0, AT_ONCE)
	}

	async function remove(path: string, expiresAt: number): Promise<void> {
		if (!(await shelf.remove(path, expiresAt))) return
		count -= 1
		removed += 1
	}

	async function keepWithin(): Promise<void> {
		while (await removeSome()) if (closing.signal.aborted) return
	}

	function report(error: unknown): void {
		// a directory that has gone is told to the requests
		if (codeOf(error) !== 'ENOENT') warn(`Sessions over the threshold were not removed: ${error}`, 'KSS_FILE_EVICTION')
	}

	return {
		added() {
			count += 1
			addedSinceCount += 1
			if (threshold === 0 || (count <= threshold && addedSinceCount < recountAfter)) return
			evicting ??= keepWithin()
				.catch(report)
				.finally(() => {
					evicting = undefined
				})
		},

		removed() {
			count -= 1
		},

		async close() {
			closing.abort()
			await evicting
		},
	}
}

function tooMany(threshold: number): string {
	return (
		`There are more sessions than the threshold of the session directory (${threshold}): some are removed before they ` +
		'expire. Raise SESSION_FILE_THRESHOLD or fileCache({threshold}), or set it to 0 for no limit.'
	)
}
