import {randomBytes} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import {SessionError} from '../errors.js'
import {isRetired} from './commit/grace.js'
import {commitAndWatch, rebase} from './operations.js'
import {becomeGone, goneError} from './outcome.js'
import type {LockOptions} from './session.js'
import type {SessionState} from './state.js'

/** How long to wait between two attempts, at most; the time is random, so that nobody is always late. */
const POLL_MS = 40

/**
 * `session.lock()`. A lock is a record beside the session, `lock:<key>`, that only one can create, and that expires by
 * itself: a process that dies holds nobody up for longer than `holdMs`. Other sessions have other locks.
 */
export async function lock(state: SessionState, options: LockOptions = {}): Promise<() => Promise<void>> {
	const {waitMs = 5000, holdMs = 10_000} = options
	const {store} = state.core
	await store.ready()
	if (!store.capabilities()?.atomicWrites) throw unsupportedError()
	if (state.predecessor) await commitAndWatch(state)
	if (state.gone) throw goneError()
	// nobody else knows a session that was not stored yet
	if (state.record === undefined) return async () => {}
	const key = `lock:${state.keyOf(state.sid)}`
	// a revision may be derived from the content: only with one of its own can the release tell this lock from the next
	const token = randomBytes(16)
	const giveUpAt = performance.now() + waitMs
	for (;;) {
		const result = await store.create(key, {payload: token, expiresAt: state.core.now() + holdMs})
		if (result.outcome === 'written') {
			const release = once(async () => {
				state.locks?.delete(release)
				await store.delete(key, result.revision)
			})
			state.locks ??= new Set()
			state.locks.add(release)
			await readAgain(state)
			if (state.gone) throw goneError()
			return release
		}
		if (performance.now() >= giveUpAt) throw timeoutError(waitMs)
		await sleep(Math.random() * Math.min(POLL_MS, giveUpAt - performance.now()))
	}
}

/** Whoever held the lock before may have written. */
async function readAgain(state: SessionState): Promise<void> {
	const record = await state.core.store.read(state.keyOf(state.sid))
	const data = record && state.core.codec.decode(record.payload)
	if (record === undefined || data === undefined || isRetired(data)) becomeGone(state)
	else rebase(state, {record, data})
}

function once(action: () => Promise<void>): () => Promise<void> {
	let done: Promise<void> | undefined
	return () => {
		done ??= action()
		return done
	}
}

function timeoutError(waitMs: number): SessionError {
	return new SessionError(
		'ERR_SESSION_LOCK_TIMEOUT',
		`Another request held the lock of this session for more than ${waitMs} ms (waitMs).`,
	)
}

function unsupportedError(): SessionError {
	return new SessionError(
		'ERR_SESSION_LOCK_UNSUPPORTED',
		'session.lock() needs a store with atomicWrites; see docs/stores.md.',
	)
}
