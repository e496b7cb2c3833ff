import {setTimeout as sleep} from 'node:timers/promises'
import {SessionError} from '../errors.js'
import type {Data} from '../serializers/codec.js'
import type {Entry, StoredRecord} from '../stores/contract.js'
import {isRetired, retire} from './retirement.js'
import {isEmpty, type Predecessor, type SessionState} from './state.js'

/** How often one operation may lose against faster requests before it fails. */
export const MAX_ATTEMPTS = 64
/** How many ids are tried for a new record. A second one is needed only when an id generator repeats itself. */
const MAX_IDS = 3
/** For how long a request may rely on what it last heard of the session, in milliseconds, before it sends its cookie. */
const DOUBT_AFTER = 100

/**
 * Brings the store to what the session is now. What the response has to say is in `state.cookie` afterwards.
 *
 * | the session is | the store gets |
 * |---|---|
 * | unchanged, gone, or new and empty | nothing; a `read` at the end of a slow request, before its cookie is sent |
 * | new | `create` |
 * | changed | `replace` if unchanged since it was read, else merge and retry |
 * | emptied | `delete` if unchanged, else merge and retry |
 * | regenerated | `create` the successor, then `delete` the predecessor |
 */
export async function commit(state: SessionState): Promise<void> {
	if (state.doomed !== undefined) await deleteDoomed(state, state.doomed)
	if (!state.loaded) return
	if (state.gone) {
		if (state.changes.any(state.data)) tellGone(state, 'what a request changed was not stored')
		return
	}
	if (state.predecessor) await succeed(state, state.predecessor)
	else if (state.record === undefined) await createNew(state)
	else if (state.changes.any(state.data)) await replaceOrDelete(state, state.record)
	else if (isDoubtful(state)) await confirm(state)
}

/** Whether a commit has anything to do: most requests only read, and end without waiting for one. */
export function hasWork(state: SessionState): boolean {
	const {doomed, predecessor, record, gone, changes, data} = state
	if (doomed !== undefined || predecessor !== undefined) return true
	return record === undefined && !gone ? changes.attempted : changes.any(data) || isDoubtful(state)
}

/** Whether a cookie is to be sent for a session that may long have another id. */
function isDoubtful({cookie, core, gone, record, seenAt}: SessionState): boolean {
	return (
		(cookie === 'refresh' || cookie === 'set') && !gone && record !== undefined && core.now() - seenAt > DOUBT_AFTER
	)
}

/**
 * Makes sure that the session still has this id: the cookie of a slow request, which has written nothing in the end,
 * would take the new id from a browser that has been given one meanwhile. A failure changes nothing but that.
 */
async function confirm(state: SessionState): Promise<void> {
	const {backend, codec} = state.core
	try {
		const record = await backend.read(state.keyOf(state.sid))
		const data = record && codec.decode(record.payload)
		if (data === undefined || isRetired(data)) becomeGone(state)
		else state.seenAt = state.core.now()
	} catch {
		if (state.cookie === 'refresh') state.cookie = undefined
	}
}

/** Deletes the session now. What is set afterwards belongs to a new one. */
export async function destroy(state: SessionState): Promise<void> {
	doom(state)
	if (state.doomed !== undefined) await deleteDoomed(state, state.doomed)
}

/** Marks the session for deletion at the commit, and goes on with a new one. */
export function doom(state: SessionState): void {
	const stored = state.record !== undefined || (!state.loaded && state.clientHasCookie)
	const sid = state.predecessor?.sid ?? (stored ? state.sid : undefined)
	if (sid !== undefined && !state.gone) state.doomed = sid
	else if (state.clientHasCookie) state.cookie = 'clear'
	state.startAnew()
}

async function deleteDoomed(state: SessionState, sid: string): Promise<void> {
	// once only: when the store fails, the caller is told, and the end of the request does not wait for it again
	state.doomed = undefined
	await state.core.backend.delete(state.keyOf(sid))
	state.cookie = 'clear'
	state.core.emit('destroyed', sid, 'destroyed by the application')
}

/** The bytes to store for `data`, and until when. Encoding comes before any store call: a refusal changes nothing. */
export function entryFor(state: SessionState, data: Data): Entry {
	return {payload: state.core.codec.encode(data), expiresAt: state.expiry()}
}

async function createNew(state: SessionState): Promise<void> {
	if (isEmpty(state.data)) {
		if (state.clientHasCookie && state.changes.attempted) state.cookie ??= 'clear'
		return
	}
	settle(state, state.data, await createUnderFreeId(state, state.data))
	state.core.emit('created', state.sid, 'data was set')
}

async function createUnderFreeId(state: SessionState, data: Data): Promise<StoredRecord> {
	if (!state.canSetCookie) throw noCookieError()
	const entry = entryFor(state, data)
	for (let attempt = 1; attempt <= MAX_IDS; attempt++) {
		const result = await state.core.backend.create(state.keyOf(state.sid), entry)
		if (result.outcome === 'written') return {...entry, revision: result.revision}
		state.rename(undefined)
	}
	throw new SessionError(
		'ERR_SESSION_ID_COLLISION',
		`${MAX_IDS} new session ids in a row were taken already. Check SESSION_ID_GENERATOR: it must not repeat itself.`,
	)
}

/** Writes `state.data` over `base`, or deletes it when nothing is left; merges with whoever was faster. */
async function replaceOrDelete(state: SessionState, base: StoredRecord): Promise<void> {
	const {backend, config} = state.core
	const key = state.keyOf(state.sid)
	let {data} = state
	let revision = config.SESSION_CONCURRENCY === 'last-write-wins' ? undefined : base.revision
	for (let attempt = 1; ; attempt++) {
		const entry = isEmpty(data) ? undefined : entryFor(state, data)
		const result = await (entry ? backend.replace(key, entry, revision) : backend.delete(key, revision))
		if (result.outcome === 'written') return settle(state, data, {...(entry as Entry), revision: result.revision})
		if (result.outcome === 'deleted') return settleEmptied(state)
		const theirs = await current(state, key, result, attempt)
		if (theirs === undefined) return becomeGone(state)
		data = state.changes.mergeInto(theirs.data, state.data)
		revision = theirs.record.revision
	}
}

/**
 * Stores the successor of a regenerated session, then removes the predecessor. What other requests have written to the
 * predecessor meanwhile moves along; when it was destroyed meanwhile, the successor goes too.
 */
async function succeed(state: SessionState, predecessor: Predecessor): Promise<void> {
	const oldKey = state.keyOf(predecessor.sid)
	let {record: old} = predecessor
	let {data} = state
	let successor: StoredRecord | undefined
	try {
		for (let attempt = 1; ; attempt++) {
			successor = await placeSuccessor(state, data, successor)
			const result = await retire(state, oldKey, old)
			if (result.outcome === 'deleted' || result.outcome === 'written') break
			const theirs = await current(state, oldKey, result, attempt)
			if (theirs === undefined) {
				if (successor !== undefined) await state.core.backend.delete(state.keyOf(state.sid))
				return becomeGone(state)
			}
			data = state.changes.mergeInto(theirs.data, state.data)
			old = theirs.record
		}
	} catch (error) {
		// the old id stays, and the next commit tries again; where this fails too, nobody has the id of what is left
		if (successor !== undefined) await state.core.backend.delete(state.keyOf(state.sid)).catch(() => undefined)
		state.rename(undefined)
		throw error
	}
	state.predecessor = undefined
	state.core.emit('regenerated', predecessor.sid, 'it goes on under another id')
	if (successor === undefined) settleEmptied(state)
	else settle(state, data, successor)
}

/** Creates the successor, or brings it up to date; nobody else knows its id yet. */
async function placeSuccessor(state: SessionState, data: Data, placed: StoredRecord | undefined) {
	const {backend} = state.core
	if (placed === undefined) return isEmpty(data) ? undefined : createUnderFreeId(state, data)
	const key = state.keyOf(state.sid)
	if (isEmpty(data)) {
		await backend.delete(key)
		return undefined
	}
	const entry = entryFor(state, data)
	const result = await backend.replace(key, entry, placed.revision)
	return result.outcome === 'written' ? {...entry, revision: result.revision} : createUnderFreeId(state, data)
}

/** A record that another request has written, with its data. */
export interface Theirs {
	readonly record: StoredRecord
	readonly data: Data
}

/**
 * What stands in the store after a lost `attempt`; `undefined` when the session is gone.
 * @throws SessionError `ERR_SESSION_CONFLICT` with `SESSION_CONCURRENCY: 'strict'`, or when the attempts are used up
 */
export async function current(
	state: SessionState,
	key: string,
	result: {readonly outcome: 'conflict'; readonly current?: StoredRecord} | {readonly outcome: 'gone'},
	attempt: number,
	{retries = state.core.config.SESSION_CONCURRENCY !== 'strict'} = {},
): Promise<Theirs | undefined> {
	if (result.outcome === 'gone') return undefined
	state.core.emit('conflict', state.sid, 'another request was faster')
	if (!retries || attempt >= MAX_ATTEMPTS) throw lostTo(attempt)
	// from the second time on: a random pause of growing length, so that many that collide do not collide again
	if (attempt > 1) await sleep(Math.random() * Math.min(2 ** attempt, 40))
	const record = attempt === 1 && result.current ? result.current : await state.core.backend.read(key)
	const data = record && state.core.codec.decode(record.payload)
	return record === undefined || data === undefined || isRetired(data) ? undefined : {record, data}
}

function noCookieError(): SessionError {
	return new SessionError(
		'ERR_SESSION_NO_COOKIE',
		'A new session, or a new id, needs a response that carries its cookie; an upgrade request has none. ' +
			'Create the session in an ordinary request first.',
	)
}

function lostTo(attempts: number): SessionError {
	return new SessionError(
		'ERR_SESSION_CONFLICT',
		`The session was changed by other requests meanwhile, ${attempts} time${attempts === 1 ? '' : 's'}. ` +
			'Nothing was stored. Repeat the request, or see docs/concurrency.md for merging, update() and lock().',
	)
}

/** `data` is what the store holds now, in `record`. */
function settle(state: SessionState, data: Data, record: StoredRecord): void {
	if (data !== state.data) state.replaceData(data)
	state.record = record
	state.changes.reset()
	state.cookie = 'set'
}

function settleEmptied(state: SessionState): void {
	const sid = state.sid
	state.startAnew()
	state.cookie = 'clear'
	state.core.emit('destroyed', sid, 'no data was left')
}

/** The session was destroyed elsewhere: this request writes nothing more and sets no cookie. */
export function becomeGone(state: SessionState): void {
	state.gone = true
	state.record = undefined
	state.predecessor = undefined
	state.cookie = undefined
	tellGone(state, 'destroyed or regenerated by another request')
}

function tellGone(state: SessionState, reason: string): void {
	state.core.emit('gone', state.sid, reason)
}
