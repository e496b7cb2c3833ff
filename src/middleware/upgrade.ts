import type {IncomingMessage} from 'node:http'
import type {HttpCore} from './core.js'
import {load} from './load.js'
import type {Session} from './session.js'
import {SessionState} from './state.js'
import {sessionOf} from './view.js'

/**
 * The session of a request that Koa does not answer, such as a WebSocket upgrade: the same rules for the cookie, the
 * same reading and `save()`. There is no response, so a session that is new, or gets another id, cannot be saved.
 */
export async function openForUpgrade(core: HttpCore, request: IncomingMessage): Promise<Session> {
	const identity = core.identify(request.headers.cookie)
	if (identity === 'rejected') core.emit('rejected', undefined, 'the cookie of an upgrade request is not ours')
	const sid = identity === undefined || identity === 'rejected' ? undefined : identity.sid
	const state = new SessionState(core, sid)
	state.canSetCookie = false
	if (sid !== undefined) await load(state)
	return sessionOf(state)
}
