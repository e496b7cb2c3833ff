import {randomBytes} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import {SessionError} from '../errors.js'
import type {Revision, StoreEntry} from '../stores/contract.js'
import {goneError} from './gone.js'
import {readAgain} from './load.js'
import {commitAndWatch} from './operations.js'
import {readLockOptions} from './options.js'
import type {LockOptions} from './session.js'
import type {SessionState} from './state.js'
import type {StoreHandle} from './store-handle.js'

/** How long to wait between two attempts, at most; the time is random, so that nobody is always late. */
const POLL_MS = 40

/**
 * `session.lock()`. A lock is a record beside the session, `lock:<key>`, that only one can create, and that expires by
 * itself: a process that dies holds nobody up for longer than `holdMs`. Other sessions have other locks.
 */
export async function lock(state: SessionState, options?: LockOptions): Promise<() => Promise<void>> {
	const {waitMs = 5000, holdMs = 10_000} = readLockOptions(options)
	const {store} = state.core
	await store.ready()
	if (!store.capabilities()?.atomicWrites) throw unsupportedError()
	if (state.standing.is === 'regenerated') await commitAndWatch(state)
	switch (state.standing.is) {
		case 'gone':
			throw goneError()
		case 'stored':
			// this request holds it already, until the end of the first one
			return state.locks?.size ? async () => {} : lockStored(state, waitMs, holdMs)
		case 'unread':
		case 'new':
		case 'regenerated':
			// nobody else knows a session that was not stored yet
			return async () => {}
	}
}

async function lockStored(state: SessionState, waitMs: number, holdMs: number): Promise<() => Promise<void>> {
	const {store} = state.core
	const key = `lock:${state.key}`
	// a revision may be derived from the content: only with one of its own can the release tell this lock from the next
	const token = randomBytes(16)
	const giveUpAt = performance.now() + waitMs
	for (let attempt = 1; ; attempt++) {
		const revision = await take(store, key, {payload: token, expiresAt: state.core.now() + holdMs}, attempt)
		if (revision !== undefined) {
			const release = once(async () => {
				state.locks?.delete(release)
				await store.delete(key, revision)
			})
			state.locks ??= new Set()
			state.locks.add(release)
			await takeOver(state)
			return release
		}
		if (performance.now() >= giveUpAt) throw timeoutError(waitMs)
		await sleep(Math.random() * Math.min(POLL_MS, giveUpAt - performance.now()))
	}
}

/** The revision of the lock, when it was taken. After a failure it may have been: then nobody is to wait for it. */
async function take(
	store: StoreHandle,
	key: string,
	entry: StoreEntry,
	attempt: number,
): Promise<Revision | undefined> {
	try {
		const result = await store.create(key, entry)
		if (result.outcome === 'written') return result.revision
		if (attempt > 1) return undefined
		// a client that repeats commands by itself meets its own lock
		const found = await store.read(key)
		return found && Buffer.compare(found.payload, entry.payload) === 0 ? found.revision : undefined
	} catch (error) {
		store.forget(key, entry.payload)
		throw error
	}
}

/** Whoever held the lock before may have written. */
async function takeOver(state: SessionState): Promise<void> {
	const found = await readAgain(state.core, state.key)
	if (found === undefined) {
		state.becomeGone()
		throw goneError()
	}
	state.rebase(found)
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
