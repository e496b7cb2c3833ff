import {SessionError} from '../errors.js'
import type {Data} from '../serializers/codec.js'
import type {ReadOptions, StoredRecord} from '../stores/contract.js'
import type {Core} from './core.js'
import {holdToRetirement, isRetired} from './retirement.js'
import {isEmpty, type SessionState} from './state.js'

/**
 * Reads the record that the client's id names, and extends it. When the store does not know the id the session is a
 * new one with an id of its own: an id that a client sent is never taken over.
 * @throws SessionError when the store fails (a failure is never a miss), or the record is corrupt and
 * SESSION_ON_CORRUPT says `throw`
 */
export async function load(state: SessionState): Promise<void> {
	const {core, sid} = state
	const options = extension(core)
	const record = await core.backend.read(state.keyOf(sid), options)
	const data = record && decodeRecord(core, sid, record)
	if (record === undefined || data === undefined) {
		if (record === undefined) core.emit('unknown', sid, 'no live record under the id of the cookie')
		state.startAnew()
		return
	}
	state.loaded = true
	state.isNew = false
	state.record = record
	if (isRetired(data)) {
		await holdToRetirement(state, data)
		return
	}
	state.replaceData(data)
	const extended = options !== undefined && record.expiresAt === options.extendTo
	if (extended && state.permanent && !isEmpty(data)) state.cookie ??= 'refresh'
}

/** How far a read moves the expiry, by SESSION_REFRESH_EACH_REQUEST and SESSION_REFRESH_INTERVAL. */
function extension({config, now}: Core): ReadOptions | undefined {
	if (!config.SESSION_REFRESH_EACH_REQUEST) return undefined
	const extendTo = now() + config.PERMANENT_SESSION_LIFETIME
	const interval = config.SESSION_REFRESH_INTERVAL
	return interval === 0 ? {extendTo} : {extendTo, extendIfBefore: extendTo - interval}
}

/** The data of a record; `undefined` when it holds no session, or is corrupt and to be discarded. */
function decodeRecord(core: Core, sid: string, record: StoredRecord): Data | undefined {
	// Flask-Session takes an empty value for a missing one
	if (record.payload.byteLength === 0) return undefined
	try {
		return core.codec.decode(record.payload)
	} catch (error) {
		if (core.config.SESSION_ON_CORRUPT !== 'discard' || !(error instanceof SessionError)) throw error
		core.emit('discarded', sid, 'the record cannot be decoded')
		return undefined
	}
}
