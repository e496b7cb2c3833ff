import type {IncomingMessage} from 'node:http'
import {load} from '../session/load.js'
import {assertLoaded, sessionOf} from '../session/proxy.js'
import type {Session} from '../session/session.js'
import {SessionState} from '../session/state.js'
import type {Instance} from './instance.js'

/**
 * The session of a request that Koa does not answer, such as a WebSocket upgrade: the same rules for the cookie, the
 * same reading and `save()`. There is no response, so a session that is new, or gets another id, cannot be saved.
 */
export async function openForUpgrade(core: Instance, request: IncomingMessage): Promise<Session> {
	const sent = core.identify(request.headers.cookie)
	if (sent === 'rejected') core.emit('rejected', undefined, 'the cookie of an upgrade request is not ours')
	const state = new SessionState(core, sent === 'rejected' ? [] : sent, {canSetCookie: false})
	await load(state)
	assertLoaded(state)
	return sessionOf(state)
}
