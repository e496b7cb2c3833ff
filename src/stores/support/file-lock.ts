/**
 * A lock that holds among the processes of one host, made of a file that only one of them can create.
 *
 * The file names its holder. A waiter breaks the lock when that process has ended, or after it has watched the same
 * holder for `LEASE_MS` by its own steady clock; a holder gives up at half of that. So a lock is broken only when its
 * holder can no longer write, as far as that is possible without help of the kernel: a process that is stopped for
 * seconds between its last check and the system call after it is not seen.
 *
 * Breaking is done under a second lock, so that two waiters never break twice, the second time a fresh lock.
 */

import {randomUUID} from 'node:crypto'
import {readFileSync, readlinkSync} from 'node:fs'
import {open, readFile, stat, unlink} from 'node:fs/promises'
import {hostname} from 'node:os'
import {setTimeout as sleep} from 'node:timers/promises'
import {codeOf, orUndefinedIfMissing} from './file-errors.js'
import {keyQueue} from './key-queue.js'

/** Rejects when the lock may no longer be ours. Await it just before the step that must not be done twice. */
export type StillHeld = () => Promise<void>

const LEASE_MS = 10_000
const HOST = hostId()

// One queue for the whole process: its own tasks wait for each other here, and never poll the file.
const inProcess = keyQueue()

/** Runs `task` while no one else runs one under the same lock file, in this process or another one of this host. */
export function withFileLock<T>(path: string, task: (stillHeld: StillHeld) => Promise<T>): Promise<T> {
	return inProcess(path, async () => {
		const token = `${HOST} ${process.pid} ${randomUUID()}`
		await acquire(path, token)
		const since = performance.now()
		const expired = () => performance.now() - since > LEASE_MS / 2
		try {
			return await task(async () => {
				const holder = await orUndefinedIfMissing(readFile(path, 'utf8'))
				if (holder !== token || expired()) throw new Error('The lock of a session file was lost: the disk is too slow')
			})
		} finally {
			// Past the lease it may be another one's already; the next waiter breaks it.
			if (!expired()) await orUndefinedIfMissing(unlink(path))
		}
	})
}

async function acquire(path: string, token: string): Promise<void> {
	let watched: string | undefined
	let since = 0
	for (let attempt = 0; !(await createFile(path, token)); attempt++) {
		const holder = await orUndefinedIfMissing(readFile(path, 'utf8'))
		if (holder === undefined) continue
		if (holder !== watched) since = performance.now()
		watched = holder
		if (hasEnded(holder) || performance.now() - since > LEASE_MS) await breakLock(path, holder)
		else await sleep(1 + Math.random() * Math.min(2 * attempt, 20))
	}
}

async function createFile(path: string, content: string): Promise<boolean> {
	try {
		const file = await open(path, 'wx', 0o600)
		try {
			await file.write(content)
		} finally {
			await file.close()
		}
		return true
	} catch (error) {
		// Windows says EPERM of a file that is being removed.
		if (codeOf(error) === 'EEXIST' || (process.platform === 'win32' && codeOf(error) === 'EPERM')) return false
		throw error
	}
}

async function breakLock(path: string, holder: string): Promise<void> {
	const breaker = `${path}.break`
	if (!(await createFile(breaker, ''))) {
		const found = await orUndefinedIfMissing(stat(breaker))
		if (found !== undefined && Date.now() - found.mtimeMs > LEASE_MS) await orUndefinedIfMissing(unlink(breaker))
		return
	}
	try {
		const now = await orUndefinedIfMissing(readFile(path, 'utf8'))
		if (now === holder) await orUndefinedIfMissing(unlink(path))
	} finally {
		await orUndefinedIfMissing(unlink(breaker))
	}
}

function hasEnded(holder: string): boolean {
	const [host, pid] = holder.split(' ')
	if (host !== HOST || pid === undefined) return false
	try {
		process.kill(Number(pid), 0)
		return false
	} catch (error) {
		return codeOf(error) === 'ESRCH'
	}
}

/** Names the set of processes in which a process id means something: containers can share a directory, not the ids. */
function hostId(): string {
	try {
		const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
		return `${boot}/${readlinkSync('/proc/self/ns/pid')}`
	} catch {
		return encodeURIComponent(hostname())
	}
}
