import {readAgain} from '../load.js'
import type {SessionState} from '../state.js'

/** For how long a request may rely on what it last heard of the session, in milliseconds, before it sends its cookie. */
export const STALE_AFTER_MS = 100

/**
 * Whether a cookie is about to be sent for a session that may have another id by now: it ended in this process while
 * the request was under way, or the request was so slow that it may have ended anywhere. The cookie of a request that
 * has written nothing would take the new id from a browser that has been given one meanwhile.
 */
export function mayBeStale({core, cookie, standing, sid}: SessionState): boolean {
	if (standing.is !== 'stored' || (cookie !== 'renew' && cookie !== 'set')) return false
	return core.now() - standing.seenAt > STALE_AFTER_MS || core.recentlyEnded.has(sid)
}

/** Asks the store whether the session still has this id. A failure changes nothing but that the cookie may be left out. */
export async function askAgain(state: SessionState): Promise<void> {
	try {
		if ((await readAgain(state.core, state.key)) === undefined) state.becomeGone()
		else state.confirm()
	} catch {
		state.leaveOutRenewal()
	}
}
