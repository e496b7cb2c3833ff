import {SessionError} from '../../errors.js'
import type {Data} from '../../serializers/codec.js'
import type {StoreRecord} from '../../stores/contract.js'
import {noteEnd} from '../ended.js'
import {type Former, isEmpty, type SessionState} from '../state.js'
import {current} from './conflict.js'
import {createUnderFreeId, entryFor} from './create.js'

/**
 * Stores a regenerated session under its new id, then removes the record under the one before. What other requests have
 * written there meanwhile moves along; when it was destroyed meanwhile, the new record goes too.
 */
export async function moveToNewId(state: SessionState, from: Former): Promise<void> {
	const {core} = state
	const oldKey = state.keyOf(from.sid)
	let {record: old} = from
	let {data} = state
	let placed: StoreRecord | undefined
	try {
		for (let attempt = 1; ; attempt++) {
			placed = await place(state, data, placed, attempt === 1 ? noteEnd(core, oldKey, old) : undefined)
			const revision = core.config.SESSION_CONCURRENCY === 'last-write-wins' ? undefined : old.revision
			const result = await core.store.delete(oldKey, revision)
			// after a lost reply it is gone because this request has deleted it: nobody is left without a session
			if (result.outcome === 'deleted' || (result.outcome === 'gone' && result.unsure)) break
			const theirs = await current(state, oldKey, result, attempt)
			if (theirs === undefined) {
				state.becomeGone()
				if (placed !== undefined) await core.store.delete(state.key)
				return
			}
			data = state.changes.mergeInto(theirs.data, state.data)
			old = theirs.record
		}
	} catch (error) {
		if (placed !== undefined && state.standing.is !== 'gone') await settleFailure(state, data, placed, error)
		throw error
	}
	core.recentlyEnded.add(from.sid)
	core.emit('regenerated', from.sid, 'it goes on under another id')
	if (placed === undefined) state.settleEmptied()
	else state.settleNew(data, placed)
}

/**
 * After a lost conflict the record before is there: its id stays, and the next commit tries again. After a failure of the
 * store nobody knows whether it is; the new one is, so the client must learn its id.
 */
async function settleFailure(state: SessionState, data: Data, placed: StoreRecord, error: unknown): Promise<void> {
	if (error instanceof SessionError && error.code === 'ERR_SESSION_CONFLICT') {
		const {key, core} = state
		await core.store.delete(key).catch(() => core.store.forget(key))
		state.takeAnotherId()
	} else {
		state.settleNew(data, placed)
	}
}

/** Creates the record under the new id, or brings it up to date; nobody else knows that id yet. */
async function place(state: SessionState, data: Data, placed: StoreRecord | undefined, beside?: Promise<void>) {
	const {store} = state.core
	if (placed === undefined) {
		const [record] = await Promise.all([isEmpty(data) ? undefined : createUnderFreeId(state, data), beside])
		return record
	}
	if (isEmpty(data)) {
		await store.delete(state.key)
		return undefined
	}
	const entry = entryFor(state, data)
	const result = await store.replace(state.key, entry, placed.revision)
	return result.outcome === 'written' ? {...entry, revision: result.revision} : createUnderFreeId(state, data)
}
