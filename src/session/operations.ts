import {commit} from './commit/commit.js'
import {FLASHES} from './flash.js'
import {goneError} from './gone.js'
import {readAndExtend, renewCookie} from './load.js'
import {readRegenerateOptions} from './options.js'
import type {RegenerateOptions} from './session.js'
import {PERMANENT, type SessionState} from './state.js'

/** `session.save()`: commits now. A session that is gone cannot be saved, which the caller must know. */
export async function save(state: SessionState): Promise<void> {
	const changed = state.standing.is === 'regenerated' || state.hasChanges
	await commitAndWatch(state)
	if (state.standing.is === 'gone' && changed) throw goneError()
}

/** A commit in the middle of a request: the application may still hold objects, and change them in place. */
export async function commitAndWatch(state: SessionState): Promise<void> {
	const keys = state.changes.keys()
	await commit(state)
	state.changes.watch(state.data, keys)
}

/** `session.regenerate()`: from now on the session has another id; the store learns of it at the commit. */
export function regenerate(state: SessionState, options?: RegenerateOptions): void {
	const {keep} = readRegenerateOptions(options)
	switch (state.standing.is) {
		case 'gone':
			// the next save() has to say that it was not done
			state.changes.forced = true
			return
		case 'unread':
		case 'new':
		case 'stored':
		case 'regenerated':
			state.changeId()
			if (keep) removeKeys(state, key => key !== PERMANENT && !keep.includes(key))
	}
}

/**
 * `session.regenerate(callback)`, the form of express-session, and with its meaning: the new session is empty, and
 * whoever still holds the old one, as passport does for `keepSessionInfo`, can read from it what it wants to keep.
 * Messages that this request has flashed stay: passport flashes `successFlash`, then asks for the new session.
 */
export function regenerateEmpty(state: SessionState): void {
	const flashed = state.changes.flashed()
	state.detachView()
	regenerate(state, {keep: []})
	for (const flash of flashed) state.changes.flash(state.data, flash)
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
	const {standing} = state
	switch (standing.is) {
		case 'unread':
		case 'new':
		case 'gone':
			return false
		case 'stored':
			return readIn(state, state.sid)
		case 'regenerated':
			// data is dropped, but never that the id has to change
			return readIn(state, standing.from.sid)
	}
}

async function readIn(state: SessionState, sid: string): Promise<boolean> {
	const found = await readAndExtend(state, sid)
	if (found === undefined) {
		// a reader who finds the session destroyed must not go on with a new one in its place
		state.dropData()
		state.becomeGone()
		return false
	}
	state.reread(found.record, found.data)
	renewCookie(state, found)
	return true
}

/** What a failed request leaves: only what was done by name, a destroy or a regenerate. Data is again what was read. */
export function dropChanges(state: SessionState): void {
	const {standing, record} = state
	switch (standing.is) {
		case 'unread':
		case 'gone':
			return
		case 'new':
			state.startAnew()
			return
		case 'stored':
		case 'regenerated':
			state.changes.reset()
			state.replaceData((record && state.core.codec.decode(record.payload)) ?? {})
	}
}
