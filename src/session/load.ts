import {SessionError} from '../errors.js'
import type {Data} from '../serializers/codec.js'
import type {Extension, FoundRecord, StoreRecord} from '../stores/contract.js'
import type {Core} from './core.js'
import {formerData} from './ended.js'
import {extensionOf, isCookieDueAfterRead} from './lifetime.js'
import {isEmpty, type SessionState} from './state.js'

/** A record with its data. */
export interface Found<R extends StoreRecord = StoreRecord> {
	readonly record: R
	readonly data: Data
}

/**
 * Reads the record that the client's id names, and extends it. When the store does not know the id the session is a
 * new one with an id of its own: an id that a client sent is never taken over. Of several ids the first that the store
 * knows counts. A corrupt record (SESSION_ON_CORRUPT `throw`) can still be destroyed; whoever asks for its data is given
 * the error.
 * @throws SessionError when the store fails: a failure is never a miss
 */
export async function load(state: SessionState): Promise<void> {
	for (const sent of state.sent) {
		try {
			const found = await readAndExtend(state, sent.sid)
			if (found === undefined) continue
			state.found(sent, found.record, found.data)
			return renewCookie(state, found)
		} catch (error) {
			if (isCorrupt(error)) return state.unreadable(error)
			throw error
		}
	}
	for (const {sid} of state.sent) {
		const data = await formerData(state.core, state.keyOf(sid))
		if (data !== undefined) return state.foundFormer(sid, data)
	}
	state.notFound()
}

/** Reads the record under an id of this session, and extends it. */
export function readAndExtend(state: SessionState, sid: string): Promise<Found<FoundRecord> | undefined> {
	const {core} = state
	return read(core, sid, state.keyOf(sid), extensionOf(core.config, core.now()))
}

/** Notes that the cookie of a session that was read has to be sent again. */
export function renewCookie(state: SessionState, {record, data}: Found<FoundRecord>): void {
	const {config, now} = state.core
	if (!record.extended || !state.permanent || isEmpty(data)) return
	if (isCookieDueAfterRead(config, record.previousExpiresAt, now())) state.owe('renew')
}

/** What the store holds under `key` by now, not extended; `undefined` when the session is gone. */
export async function readAgain({store, codec}: Core, key: string): Promise<Found | undefined> {
	const record = await store.read(key)
	return record && decoded(codec.decode(record.payload), record)
}

/** The record and its data; `undefined` when there is none, it holds no session, or it is corrupt and to be discarded. */
async function read(core: Core, sid: string, key: string, extend: Extension | undefined) {
	try {
		const record = await core.store.read(key, extend)
		if (record === undefined) core.emit('unknown', sid, 'no live record under the id of the cookie')
		// Flask-Session takes an empty value for a missing one
		return record?.payload.byteLength ? await decode(core, key, record) : undefined
	} catch (error) {
		if (!isCorrupt(error) || core.config.SESSION_ON_CORRUPT !== 'discard') throw error
		core.emit('discarded', sid, 'the record cannot be decoded')
		return undefined
	}
}

async function decode({codec, store}: Core, key: string, record: FoundRecord) {
	try {
		return decoded(codec.decode(record.payload), record)
	} catch (error) {
		// what nobody can read is not to live on because it is asked for
		if (record.extended && record.previousExpiresAt !== undefined) {
			await store.touch(key, record.previousExpiresAt).catch(() => undefined)
		}
		throw error
	}
}

function decoded<R extends StoreRecord>(data: Data | undefined, record: R): Found<R> | undefined {
	return data && {record, data}
}

function isCorrupt(error: unknown): boolean {
	return error instanceof SessionError && error.code === 'ERR_SESSION_CORRUPT_RECORD'
}
