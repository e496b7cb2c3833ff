/**
 * What stays of an id that has ended, for some seconds, in a record of its own beside the session (`ended:` and its key).
 *
 * A request that was sent before, and arrives after, carries an id that the store does not know any more. Were it to
 * begin a new session, its cookie would take the one of the login from the browser. So it begins none.
 *
 * With SESSION_REGENERATE_GRACE this record holds what the session held before it got another id: such a request still
 * sees that, and changes nothing.
 */

import type {Data} from '../serializers/codec.js'
import type {StoreRecord} from '../stores/contract.js'
import type {Core} from './core.js'
import {FLASHES} from './flash.js'

/** For how long an ended id is remembered, in milliseconds: longer than a request is under way. */
const REMEMBERED_MS = 30_000

/** Stands where there is nothing to read: neither MessagePack nor JSON of a session begins with it. */
const NOTHING_TO_READ = Buffer.from('ended')

/**
 * Notes that the id of `key` ends. To be called beside or before the deletion, so that it costs no time. It never
 * rejects: without this note a late request begins a session of its own, and nothing worse.
 * @param former the record that was there when the session got another id; it is kept for SESSION_REGENERATE_GRACE
 */
export async function noteEnd({store, config, now}: Core, key: string, former?: StoreRecord): Promise<void> {
	const grace = former === undefined ? 0 : config.SESSION_REGENERATE_GRACE
	const payload = former === undefined || grace === 0 ? NOTHING_TO_READ : former.payload
	try {
		await store.create(endedKey(key), {payload, expiresAt: now() + (grace || REMEMBERED_MS)})
	} catch {}
}

/** Whether the id of `key` ended a moment ago. */
export async function hasEnded({store}: Core, key: string): Promise<boolean> {
	return (await store.read(endedKey(key))) !== undefined
}

/** With SESSION_REGENERATE_GRACE: what the session held before it got another id, without what was to be shown once. */
export async function formerData({store, codec, config}: Core, key: string): Promise<Data | undefined> {
	if (config.SESSION_REGENERATE_GRACE === 0) return undefined
	const record = await store.read(endedKey(key))
	if (record === undefined || NOTHING_TO_READ.equals(record.payload)) return undefined
	const {[FLASHES]: _moved, ...data} = codec.decode(record.payload) ?? {}
	return data
}

function endedKey(key: string): string {
	return `ended:${key}`
}
