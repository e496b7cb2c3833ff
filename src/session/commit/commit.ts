import type {StoreEntry, StoreRecord} from '../../stores/contract.js'
import {becomeGone, settle, settleEmptied, settleNew, tellGone} from '../outcome.js'
import {isEmpty, type SessionState} from '../state.js'
import {current} from './conflict.js'
import {createUnderFreeId, entryFor} from './create.js'
import {succeed} from './regenerate.js'
import {confirm, isDoubtful} from './stale-cookie.js'

/**
 * Brings the store to what the session is now. What the response has to say is in `state.cookie` afterwards.
 *
 * | the session is | the store gets |
 * |---|---|
 * | unchanged, gone, or new and empty | nothing; a `read` at the end of a slow request, before its cookie is sent |
 * | new | `create` |
 * | changed | `replace` if unchanged since it was read, else merge and retry |
 * | emptied | `delete` if unchanged, else merge and retry |
 * | regenerated | `create` the successor, then `delete` the predecessor, or retire it |
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
	if (doomed !== undefined || predecessor !== undefined || state.busy) return true
	return record === undefined && !gone ? changes.attempted : changes.any(data) || isDoubtful(state)
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
	const {outcome} = await state.core.store.delete(state.keyOf(sid))
	state.core.recentlyEnded.add(sid)
	state.cookie = 'clear'
	if (outcome === 'deleted') state.core.emit('destroyed', sid, 'destroyed by the application')
}

async function createNew(state: SessionState): Promise<void> {
	if (isEmpty(state.data)) {
		if (state.clientHasCookie && state.changes.attempted) state.cookie = 'clear'
		return
	}
	settleNew(state, state.data, await createUnderFreeId(state, state.data))
	state.core.emit('created', state.sid, 'data was set')
}

/** Writes `state.data` over `base`, or deletes it when nothing is left; merges with whoever was faster. */
async function replaceOrDelete(state: SessionState, base: StoreRecord): Promise<void> {
	const {store, config} = state.core
	const key = state.keyOf(state.sid)
	let {data} = state
	let revision = config.SESSION_CONCURRENCY === 'last-write-wins' ? undefined : base.revision
	for (let attempt = 1; ; attempt++) {
		const entry = isEmpty(data) ? undefined : entryFor(state, data)
		const result = await (entry ? store.replace(key, entry, revision) : store.delete(key, revision))
		if (result.outcome === 'written') return settle(state, data, {...(entry as StoreEntry), revision: result.revision})
		if (result.outcome === 'deleted') return settleEmptied(state)
		const theirs = await current(state, key, result, attempt)
		if (theirs === undefined) return becomeGone(state)
		data = state.changes.mergeInto(theirs.data, state.data)
		revision = theirs.record.revision
	}
}
