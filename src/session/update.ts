import type {Data} from '../serializers/codec.js'
import type {StoreRecord} from '../stores/contract.js'
import {current} from './commit/conflict.js'
import {entryFor} from './commit/create.js'
import {goneError} from './gone.js'
import type {Found} from './load.js'
import {commitAndWatch} from './operations.js'
import type {SessionState} from './state.js'

/** `session.update(key, change)`: read, change and write as one step. */
export async function update(state: SessionState, key: string, change: (value: unknown) => unknown): Promise<unknown> {
	if (state.standing.is === 'regenerated') await commitAndWatch(state)
	const {standing} = state
	switch (standing.is) {
		case 'gone':
			throw goneError()
		case 'stored':
			return updateStored(state, standing.record, key, change)
		case 'unread':
		case 'new':
		case 'regenerated':
			return updateNew(state, key, change)
	}
}

async function updateStored(
	state: SessionState,
	record: StoreRecord,
	key: string,
	change: (value: unknown) => unknown,
): Promise<unknown> {
	const {store, codec} = state.core
	// decoded again: `change` may alter what it is given, and a lost attempt must leave no trace
	let theirs: Found = {record, data: codec.decode(record.payload) ?? {}}
	for (let attempt = 1; ; attempt++) {
		// a value that this request has set and not yet written comes before the one in the store
		const hasSet = Object.hasOwn(state.data, key) && state.changes.has(state.data, key)
		const base: Data = hasSet ? state.data : theirs.data
		const value = await change(Object.hasOwn(base, key) ? base[key] : undefined)
		const data = withKey(theirs.data, key, value)
		const entry = entryFor(state, data)
		const result = await store.replace(state.key, entry, theirs.record.revision)
		// what stands there now may be this change or the same one of another request: to count it twice, or both as one,
		// is no better than not to know
		if (result.unsure && result.outcome !== 'gone') throw result.unsure
		if (result.outcome === 'written') {
			state.settleKey(key, data, {...entry, revision: result.revision})
			return value
		}
		const next = await current(state, state.key, result, attempt, {retries: true})
		if (next === undefined) {
			state.becomeGone()
			throw goneError()
		}
		theirs = next
	}
}

/** Nobody else knows the id of a session that was not stored yet: the commit at the end is enough. */
async function updateNew(state: SessionState, key: string, change: (value: unknown) => unknown): Promise<unknown> {
	const value = await change(Object.hasOwn(state.data, key) ? state.data[key] : undefined)
	state.changes.beforeWrite(state.data, key)
	if (value === undefined) delete state.data[key]
	else state.data[key] = value
	return value
}

/** A copy of `data` with `key` set, or removed where `value` is undefined, as by an assignment. */
function withKey(data: Data, key: string, value: unknown): Data {
	const {[key]: _former, ...others} = data
	return value === undefined ? others : {...data, [key]: value}
}
