import {SessionError} from '../errors.js'
import type {Extension} from '../stores/contract.js'
import {holdToRetirement, isRetired} from './commit/grace.js'
import type {Core} from './core.js'
import {isEmpty, type SessionState} from './state.js'

/**
 * Reads the record that the client's id names, and extends it. When the store does not know the id the session is a
 * new one with an id of its own: an id that a client sent is never taken over.
 * @throws SessionError when the store fails (a failure is never a miss), or the record is corrupt and
 * SESSION_ON_CORRUPT says `throw`
 */
export async function load(state: SessionState): Promise<void> {
	const extend = extensionBy(state.core)
	const found = await read(state, extend)
	if (found === undefined) {
		state.startAnew()
		return
	}
	const {record, data} = found
	state.loaded = true
	state.isNew = false
	state.record = record
	if (isRetired(data)) {
		await holdToRetirement(state, data)
		return
	}
	state.replaceData(data)
	if (record.extended && state.permanent && !isEmpty(data)) state.cookie ??= 'refresh'
}

/** How far a read moves the expiry, by SESSION_REFRESH_EACH_REQUEST and SESSION_REFRESH_INTERVAL. */
function extensionBy({config, now}: Core): Extension | undefined {
	if (!config.SESSION_REFRESH_EACH_REQUEST) return undefined
	const to = now() + config.PERMANENT_SESSION_LIFETIME
	const interval = config.SESSION_REFRESH_INTERVAL
	return {to, ifBefore: interval === 0 ? Number.POSITIVE_INFINITY : to - interval}
}

/** The record and its data; `undefined` when there is none, it holds no session, or it is corrupt and to be discarded. */
async function read(state: SessionState, extend: Extension | undefined) {
	const {core, sid} = state
	try {
		const record = await core.store.read(state.keyOf(sid), extend)
		if (record === undefined) core.emit('unknown', sid, 'no live record under the id of the cookie')
		// Flask-Session takes an empty value for a missing one
		const data = record?.payload.byteLength ? core.codec.decode(record.payload) : undefined
		return record && data && {record, data}
	} catch (error) {
		const isCorrupt = error instanceof SessionError && error.code === 'ERR_SESSION_CORRUPT_RECORD'
		if (!isCorrupt || core.config.SESSION_ON_CORRUPT !== 'discard') throw error
		core.emit('discarded', sid, 'the record cannot be decoded')
		return undefined
	}
}
