/** A file that is going to take the place of another one, written in full and synced before it does. */

import {type FileHandle, open, rename, unlink} from 'node:fs/promises'
import {codeOf, orUndefinedIfMissing, patiently} from './file-errors.js'

/** An empty file, until it is renamed or discarded. */
export interface Successor {
	/**
	 * Writes `bytes` to it, does with it what `finish` says, and renames it to `path`.
	 *
	 * @throws Error with `retryable` when somebody else has broken the lock and removed it: nothing was changed
	 */
	replace(path: string, bytes: Buffer, finish: (file: FileHandle) => Promise<void>): Promise<void>
	/** Removes it, unless it was renamed. */
	discard(): Promise<void>
}

/** Makes an empty file at `successor` with the given permissions, whatever the umask. */
export async function makeSuccessor(successor: string, mode: number): Promise<Successor> {
	const file = await open(successor, 'wx', mode)
	let renamed = false
	if ((mode & process.umask()) !== 0) await file.chmod(mode)
	return {
		async replace(path, bytes, finish) {
			await file.writeFile(bytes)
			await finish(file)
			await file.sync()
			// Windows renames only what is closed
			await file.close()
			await patiently(() => rename(successor, path)).catch(rethrowLost)
			renamed = true
		},
		async discard() {
			if (renamed) return
			await file.close()
			await orUndefinedIfMissing(unlink(successor))
		},
	}
}

function rethrowLost(cause: unknown): never {
	if (codeOf(cause) !== 'ENOENT') throw cause
	const error = new Error('The lock of a session file was lost: the disk or this process is too slow', {cause})
	throw Object.assign(error, {retryable: true})
}
