/**
 * A lock on a file that holds among the processes of one host.
 *
 * The lock is a symbolic link beside the file: made in one step together with what it says, never half there, and
 * without a block of a full disk. It leads to the name of the successor, the file that its holder may rename into the
 * place of the locked one; that name tells who the holder is.
 *
 * Who waits breaks the lock of a process that has ended, or that has not moved for too long. Breaking removes the
 * successor before the lock: should its holder only have been stopped, the rename fails, and nothing that others have
 * written meanwhile is overwritten. The right to break is a lock of its own, named after the broken one, so that nobody
 * ever removes the lock of a third.
 */

import {randomBytes} from 'node:crypto'
import {readlink, symlink, unlink} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {codeOf, orUndefinedIfMissing} from './file-errors.js'
import {HOLDER, isRunning} from './file-holder.js'
import {makeSuccessor, type Successor} from './file-successor.js'
import {keyQueue} from './key-queue.js'

/** How long a lock is respected when nobody here can see whether its holder is still there. */
const UNSEEN_HOLDER_MS = 800

/** The longest pause between two looks at a lock that somebody else holds. */
const POLL_MS = 10

// One queue for the whole process: its own tasks wait for each other here, and never poll.
const inProcess = keyQueue()

/**
 * Runs `task` while no one else runs one for the same `path`, in this process or another one of this host.
 *
 * @param timeoutMs how long it waits for its turn; a holder that is known to run may take half of that
 * @param task is given an empty file, which it may put in the place of the one at `path`
 * @param mode the permissions of that file
 */
export function withFileLock<T>(
	path: string,
	timeoutMs: number,
	task: (successor: Successor) => Promise<T>,
	mode = 0o600,
): Promise<T> {
	const giveUpAt = performance.now() + timeoutMs
	return inProcess(path, async () => {
		const lock = `${path}.lock`
		const name = successorOf(path)
		// before the lock: one that is made later would escape whoever breaks the lock
		const successor = await makeSuccessor(name, mode)
		try {
			await acquire(lock, name, timeoutMs / 2, giveUpAt)
			try {
				return await task(successor)
			} finally {
				if ((await holderOf(lock)) === name) await remove(lock)
			}
		} finally {
			await successor.discard()
		}
	})
}

/** Removes what a process has left behind that was killed: a successor, or a lock. */
export async function removeLeft(path: string): Promise<void> {
	if ((await holderOf(path)) === undefined || (await take(path, successorOf(path), () => true))) await remove(path)
}

async function acquire(lock: string, successor: string, leaseMs: number, giveUpAt: number): Promise<void> {
	const seenAt = new Map<string, number>()
	const isLeft = (holder: string) => {
		const running = isRunning(partsOf(holder).process)
		if (running === false) return true
		const now = performance.now()
		const since = seenAt.get(holder) ?? now
		seenAt.set(holder, since)
		return now - since > (running ? leaseMs : Math.min(leaseMs, UNSEEN_HOLDER_MS))
	}
	// nothing is done for a caller who has been told meanwhile that it has failed
	for (; performance.now() < giveUpAt; await sleep(Math.random() * POLL_MS)) {
		if (await take(lock, successor, isLeft)) return
	}
	throw new Error('Others held the lock of a session file for too long')
}

/** Takes the lock, unless somebody holds it that has not left it. */
async function take(lock: string, successor: string, isLeft: (holder: string) => boolean): Promise<boolean> {
	if (await makeLink(successor, lock)) return true
	const holder = await holderOf(lock)
	if (holder === undefined || !isLeft(holder)) return false
	const right = `${lock}.${partsOf(holder).nonce}`
	if (!(await take(right, successor, isLeft))) return false
	try {
		if ((await holderOf(lock)) === holder) {
			await remove(holder)
			await remove(lock)
		}
	} finally {
		await remove(right)
	}
	return makeLink(successor, lock)
}

async function makeLink(successor: string, lock: string): Promise<boolean> {
	try {
		// a junction is what Windows lets everybody make
		await symlink(basename(successor), lock, 'junction')
		return true
	} catch (error) {
		if (codeOf(error) === 'EEXIST') return false
		throw error
	}
}

/** The path of the holder's successor; `undefined` when there is no such lock. */
async function holderOf(lock: string): Promise<string | undefined> {
	try {
		return join(dirname(lock), basename(await readlink(lock)))
	} catch (error) {
		if (codeOf(error) === 'ENOENT' || codeOf(error) === 'EINVAL') return undefined
		throw error
	}
}

function successorOf(path: string): string {
	return `${path}.${HOLDER}.${randomBytes(6).toString('hex')}`
}

function partsOf(successor: string): {process: string; nonce: string} {
	const [process = '', nonce = ''] = successor.split('.').slice(-2)
	return {process, nonce}
}

async function remove(path: string): Promise<void> {
	await orUndefinedIfMissing(unlink(path))
}
