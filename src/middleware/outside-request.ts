/** Sessions without a request of their own: by id, for tests, and of an upgrade. There is no response to set a cookie. */

import type {IncomingMessage} from 'node:http'
import {commit, destroy} from '../session/commit/commit.js'
import {load} from '../session/load.js'
import {assertLoaded, sessionOf} from '../session/proxy.js'
import type {Session} from '../session/session.js'
import {type SentId, SessionState} from '../session/state.js'
import {isSessionId} from './identity.js'
import type {Instance} from './instance.js'

/**
 * The session of a request that Koa does not answer, such as a WebSocket upgrade: the same rules for the cookie, the
 * same reading and `save()`. A session that is new, or gets another id, cannot be saved.
 */
export async function openForUpgrade(core: Instance, request: IncomingMessage): Promise<Session> {
	const sent = core.identify(request.headers.cookie)
	if (sent === 'rejected') core.emit('rejected', undefined, 'the cookie of an upgrade request is not ours')
	return sessionOf(await loaded(core, sent === 'rejected' ? [] : sent))
}

/** The session with this id; `undefined` when the store does not know it. */
export async function openById(core: Instance, sid: string): Promise<Session | undefined> {
	if (!isSessionId(sid)) return undefined
	const state = await loaded(core, [{sid, resign: false}])
	return state.standing.is === 'stored' ? sessionOf(state) : undefined
}

/** Ends the session with this id, if there is one. */
export async function destroyById(core: Instance, sid: string): Promise<void> {
	if (isSessionId(sid)) await destroy(new SessionState(core, [{sid, resign: false}], {canSetCookie: false}))
}

/** Stores a new session with `data`, and gives the `Cookie` header of a visitor who has it. */
export async function createWithCookie(core: Instance, data: object): Promise<string> {
	const state = new SessionState(core)
	await load(state)
	Object.assign(sessionOf(state), data)
	await commit(state)
	return core.transport.pair(state.sid)
}

async function loaded(core: Instance, sent: readonly SentId[] | undefined): Promise<SessionState> {
	const state = new SessionState(core, sent, {canSetCookie: false})
	await load(state)
	assertLoaded(state)
	return state
}
