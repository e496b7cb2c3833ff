import {SessionError} from '../../errors.js'
import type {Data} from '../../serializers/codec.js'
import type {StoreRecord} from '../../stores/contract.js'
import {becomeGone, settleEmptied, settleNew} from '../outcome.js'
import {isEmpty, type Predecessor, type SessionState} from '../state.js'
import {current} from './conflict.js'
import {createUnderFreeId, entryFor} from './create.js'
import {retire} from './grace.js'

/**
 * Stores the successor of a regenerated session, then removes the predecessor. What other requests have written to the
 * predecessor meanwhile moves along; when it was destroyed meanwhile, the successor goes too.
 */
export async function succeed(state: SessionState, predecessor: Predecessor): Promise<void> {
	const oldKey = state.keyOf(predecessor.sid)
	let {record: old} = predecessor
	let {data} = state
	let successor: StoreRecord | undefined
	try {
		for (let attempt = 1; ; attempt++) {
			successor = await placeSuccessor(state, data, successor)
			const result = await retire(state, oldKey, old)
			if (result.outcome === 'deleted' || result.outcome === 'written') break
			const theirs = await current(state, oldKey, result, attempt)
			if (theirs === undefined) {
				becomeGone(state)
				if (successor !== undefined) await state.core.store.delete(state.keyOf(state.sid))
				return
			}
			data = state.changes.mergeInto(theirs.data, state.data)
			old = theirs.record
		}
	} catch (error) {
		if (successor !== undefined && !state.gone) await settleFailure(state, data, successor, error)
		throw error
	}
	state.predecessor = undefined
	state.core.recentlyEnded.add(predecessor.sid)
	state.core.emit('regenerated', predecessor.sid, 'it goes on under another id')
	if (successor === undefined) settleEmptied(state)
	else settleNew(state, data, successor)
}

/**
 * After a lost conflict the predecessor is there: the old id stays, and the next commit tries again. After a failure of
 * the store nobody knows whether it is; the successor is, so the client must learn its id.
 */
async function settleFailure(state: SessionState, data: Data, successor: StoreRecord, error: unknown): Promise<void> {
	if (error instanceof SessionError && error.code === 'ERR_SESSION_CONFLICT') {
		// where this fails too, nobody has the id of what is left, and it expires
		await state.core.store.delete(state.keyOf(state.sid)).catch(() => undefined)
		state.rename(undefined)
	} else {
		state.predecessor = undefined
		settleNew(state, data, successor)
	}
}

/** Creates the successor, or brings it up to date; nobody else knows its id yet. */
async function placeSuccessor(state: SessionState, data: Data, placed: StoreRecord | undefined) {
	const {store} = state.core
	if (placed === undefined) return isEmpty(data) ? undefined : createUnderFreeId(state, data)
	const key = state.keyOf(state.sid)
	if (isEmpty(data)) {
		await store.delete(key)
		return undefined
	}
	const entry = entryFor(state, data)
	const result = await store.replace(key, entry, placed.revision)
	return result.outcome === 'written' ? {...entry, revision: result.revision} : createUnderFreeId(state, data)
}
