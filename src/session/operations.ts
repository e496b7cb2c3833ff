import type {Data} from '../serializers/codec.js'
import {commit} from './commit/commit.js'
import {current, type Theirs} from './commit/conflict.js'
import {entryFor} from './commit/create.js'
import {FLASHES} from './flash.js'
import {load} from './load.js'
import {becomeGone, goneError} from './outcome.js'
import type {RegenerateOptions} from './session.js'
import {PERMANENT, type SessionState} from './state.js'

/** `session.save()`: commits now. A session that is gone cannot be saved, which the caller must know. */
export async function save(state: SessionState): Promise<void> {
	const changed = state.predecessor !== undefined || state.changes.any(state.data)
	await commitAndWatch(state)
	if (state.gone && changed) throw goneError()
}

/** A commit in the middle of a request: the application may still hold objects, and change them in place. */
export async function commitAndWatch(state: SessionState): Promise<void> {
	const keys = state.changes.keys()
	await commit(state)
	state.changes.watch(state.data, keys)
}

/** `session.regenerate()`: from now on the session has another id; the store learns of it at the commit. */
export function regenerate(state: SessionState, {keep}: RegenerateOptions = {}): void {
	if (state.gone) {
		// the next save() has to say that it was not done
		state.changes.forced = true
		return
	}
	if (state.record && !state.predecessor) state.predecessor = {sid: state.sid, record: state.record}
	state.record = undefined
	state.rename(undefined)
	if (keep) removeKeys(state, key => key !== PERMANENT && !keep.includes(key))
}

/**
 * `session.regenerate(callback)`, the form of express-session, and with its meaning: the new session is empty, and
 * whoever still holds the old one, as passport does for `keepSessionInfo`, can read from it what it wants to keep.
 */
export function regenerateEmpty(state: SessionState): void {
	state.data = {...state.data}
	state.view = undefined
	regenerate(state, {keep: []})
}

/** `session.clear()`: removes all keys but the permanent flag and those to `keep`. */
export function clear(state: SessionState, keep: readonly string[] = []): void {
	state.changes.attempted = true
	removeKeys(state, key => key !== PERMANENT && !keep.includes(key))
}

function removeKeys(state: SessionState, condition: (key: string) => boolean): void {
	// message by message, so that one which another request adds meanwhile stays
	if (condition(FLASHES)) state.changes.takeFlashes(state.data)
	for (const key of Object.keys(state.data).filter(condition)) {
		state.changes.beforeWrite(state.data, key)
		delete state.data[key]
	}
}

/** `session.reload()`: what the store holds now, without the changes of this request. */
export async function reload(state: SessionState): Promise<boolean> {
	const {predecessor, sid} = state
	if (predecessor) {
		state.rename(predecessor.sid)
		state.record = predecessor.record
		state.predecessor = undefined
	}
	if (state.record === undefined) return false
	state.changes.reset()
	await load(state)
	const found = state.record
	state.rename(sid)
	if (found === undefined) {
		// a reader who finds the session destroyed must not go on with a new one in its place
		becomeGone(state)
	} else if (predecessor && !state.gone) {
		// data is dropped, but never that the id has to change
		state.predecessor = {sid: predecessor.sid, record: found}
		state.record = undefined
	}
	return found !== undefined
}

/** `session.update(key, change)`: read, change and write as one step. */
export async function update(state: SessionState, key: string, change: (value: unknown) => unknown): Promise<unknown> {
	if (state.predecessor) await commitAndWatch(state)
	if (state.gone) throw goneError()
	if (state.record === undefined) return updateNew(state, key, change)
	const {store, codec} = state.core
	// decoded again: `change` may alter what it is given, and a lost attempt must leave no trace
	let theirs: Theirs | undefined = {record: state.record, data: codec.decode(state.record.payload) ?? {}}
	for (let attempt = 1; ; attempt++) {
		// a value that this request has set and not yet written comes before the one in the store
		const hasSet = Object.hasOwn(state.data, key) && state.changes.has(state.data, key)
		const base: Data = hasSet ? state.data : theirs.data
		const value = await change(Object.hasOwn(base, key) ? base[key] : undefined)
		const data: Data = {...theirs.data, [key]: value}
		const entry = entryFor(state, data)
		const result = await store.replace(state.keyOf(state.sid), entry, theirs.record.revision)
		if (result.outcome === 'written') {
			rebase(state, {record: {...entry, revision: result.revision}, data}, key)
			if (state.cookie !== 'set') state.cookie = 'refresh'
			return value
		}
		theirs = await current(state, state.keyOf(state.sid), result, attempt, {retries: true})
		if (theirs === undefined) {
			becomeGone(state)
			throw goneError()
		}
	}
}

/** Nobody else knows the id of a session that was not stored yet: the commit at the end is enough. */
async function updateNew(state: SessionState, key: string, change: (value: unknown) => unknown): Promise<unknown> {
	const value = await change(Object.hasOwn(state.data, key) ? state.data[key] : undefined)
	state.changes.beforeWrite(state.data, key)
	state.data[key] = value
	return value
}

/** Takes `theirs` for what the store holds, and keeps what this request has changed beside `settledKey`. */
export function rebase(state: SessionState, theirs: Theirs, settledKey?: string): void {
	if (settledKey !== undefined) state.changes.forget(settledKey)
	const merged = state.changes.mergeInto(theirs.data, state.data)
	state.changes.rebase(theirs.data)
	state.replaceData(merged)
	// a store need not tell the expiry of a record that it does not extend; it is then the one known before
	const expiresAt = theirs.record.expiresAt ?? state.record?.expiresAt
	state.record = expiresAt === undefined ? theirs.record : {...theirs.record, expiresAt}
}
