import {becomeGone} from '../outcome.js'
import type {SessionState} from '../state.js'
import {isRetired} from './grace.js'

/** For how long a request may rely on what it last heard of the session, in milliseconds, before it sends its cookie. */
export const DOUBT_AFTER_MS = 100

/**
 * Whether a cookie is about to be sent for a session that may have another id by now: it ended in this process while
 * the request was under way, or the request was so slow that it may have ended anywhere. The cookie of a request that
 * has written nothing would take the new id from a browser that has been given one meanwhile.
 */
export function isDoubtful(state: SessionState): boolean {
	const {core, cookie, gone, record, seenAt} = state
	if (gone || record === undefined || (cookie !== 'refresh' && cookie !== 'set')) return false
	return core.now() - seenAt > DOUBT_AFTER_MS || core.recentlyEnded.has(state.sid)
}

/** Asks the store whether the session still has this id. A failure changes nothing but that the cookie may be left out. */
export async function confirm(state: SessionState): Promise<void> {
	const {store, codec} = state.core
	try {
		const record = await store.read(state.keyOf(state.sid))
		const data = record && codec.decode(record.payload)
		if (data === undefined || isRetired(data)) becomeGone(state)
		else state.seenAt = state.core.now()
	} catch {
		if (state.cookie === 'refresh') state.cookie = undefined
	}
}
