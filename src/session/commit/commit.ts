import type {SessionError} from '../../errors.js'
import type {DeleteResult, ReplaceResult, Revision, StoreEntry, StoreRecord} from '../../stores/contract.js'
import type {Core} from '../core.js'
import {hasEnded, noteEnd} from '../ended.js'
import {isEmpty, type SessionState} from '../state.js'
import type {Unsure} from '../store-handle.js'
import {current} from './conflict.js'
import {createUnderFreeId, entryFor} from './create.js'
import {moveToNewId} from './regenerate.js'
import {askAgain, mayBeStale} from './stale-cookie.js'

/**
 * Brings the store to what the session is now. What the response has to say is in `state.cookie` afterwards.
 *
 * | the session is | the store gets |
 * |---|---|
 * | marked for deletion | `delete`, before anything else |
 * | unread, or new and empty | nothing |
 * | new | `create`; where the client has sent an id that ended a moment ago, nothing |
 * | stored and unchanged | nothing; a `read` at the end of a slow request, before its cookie is sent |
 * | stored and changed | `replace` if unchanged since it was read, else merge and retry |
 * | stored and emptied | `delete` if unchanged, else merge and retry |
 * | regenerated | `create` under the new id, then `delete` under the one before |
 * | gone | nothing |
 *
 * Beside each `delete` the id is noted as ended.
 */
export async function commit(state: SessionState): Promise<void> {
	if (state.doomed.length > 0) await deleteDoomed(state)
	const {standing} = state
	switch (standing.is) {
		case 'unread':
			return
		case 'new':
			return createNew(state)
		case 'stored':
			if (state.hasChanges) return replaceOrDelete(state, standing.record)
			return mayBeStale(state) ? askAgain(state) : undefined
		case 'regenerated':
			return moveToNewId(state, standing.from)
		case 'gone':
			if (state.hasChanges) state.core.emit('gone', state.sid, 'what a request changed was not stored')
	}
}

/** Whether a commit has anything to do: most requests only read, and end without waiting for one. */
export function hasWork(state: SessionState): boolean {
	if (state.turns.busy || state.doomed.length > 0) return true
	switch (state.standing.is) {
		case 'unread':
			return false
		case 'new':
			return state.changes.attempted
		case 'stored':
			return state.hasChanges || mayBeStale(state)
		case 'regenerated':
			return true
		case 'gone':
			return state.hasChanges
	}
}

/** Whether a destroy or a regenerate waits for the commit. */
export function isBound({doomed, standing}: SessionState): boolean {
	return doomed.length > 0 || standing.is === 'regenerated'
}

/** Deletes the session now. What is set afterwards belongs to a new one. */
export async function destroy(state: SessionState): Promise<void> {
	state.doom()
	if (state.doomed.length > 0) await deleteDoomed(state)
}

async function deleteDoomed(state: SessionState): Promise<void> {
	// once only: when the store fails, the caller is told, and the end of the request does not wait for it again
	const doomed = state.takeDoomed()
	await Promise.all(doomed.map(sid => end(state, sid)))
	state.owe('clear')
}

async function end(state: SessionState, sid: string): Promise<void> {
	const {core} = state
	const {outcome} = await remove(core, state.keyOf(sid))
	core.recentlyEnded.add(sid)
	if (outcome === 'deleted') core.emit('destroyed', sid, 'destroyed by the application')
}

async function remove(core: Core, key: string, ...condition: readonly [Revision?, SessionError?]) {
	const [, result] = await Promise.all([noteEnd(core, key), core.store.delete(key, ...condition)])
	return result
}

async function createNew(state: SessionState): Promise<void> {
	if (isEmpty(state.data)) {
		if (state.sent.length > 0 && state.changes.attempted) state.owe('clear')
		return
	}
	if (await isLate(state)) return state.becomeGone('it was ended before this request arrived')
	state.settleNew(state.data, await createUnderFreeId(state, state.data))
	state.core.emit('created', state.sid, 'data was set')
}

/** Whether the client sent an id that has ended meanwhile: the cookie of a new session would replace a newer one. */
async function isLate(state: SessionState): Promise<boolean> {
	const ended = await Promise.all(state.unknown.map(sid => hasEnded(state.core, state.keyOf(sid))))
	return ended.includes(true)
}

/** Writes `state.data` over `base`, or deletes it when nothing is left; merges with whoever was faster. */
async function replaceOrDelete(state: SessionState, base: StoreRecord): Promise<void> {
	const {core, key} = state
	let {data} = state
	let revision = core.config.SESSION_CONCURRENCY === 'last-write-wins' ? undefined : base.revision
	for (let attempt = 1; ; attempt++) {
		const entry = isEmpty(data) ? undefined : entryFor(state, data)
		const write: Promise<Unsure<ReplaceResult | DeleteResult>> = entry
			? core.store.replace(key, entry, revision, state.doubt)
			: remove(core, key, revision, state.doubt)
		const result = await state.noting(write)
		if (result.outcome === 'written') return state.settle(data, {...(entry as StoreEntry), revision: result.revision})
		// whoever deleted it after a reply was lost, it was to go
		if (result.outcome === 'deleted' || (!entry && result.outcome === 'gone' && result.unsure))
			return state.settleEmptied()
		if (result.outcome === 'conflict' && result.unsure) assertRepeatable(state, result.unsure)
		const theirs = await current(state, key, result, attempt)
		if (theirs === undefined) return state.becomeGone()
		data = state.changes.mergeInto(theirs.data, state.data)
		revision = theirs.record.revision
	}
}

/** Who was faster may have been this request: a key may be set again, a message must not be flashed again. */
function assertRepeatable({core, changes}: SessionState, failure: SessionError): void {
	if (core.config.SESSION_CONCURRENCY === 'strict' || !changes.areRepeatable) throw failure
}
