import type {IncomingMessage} from 'node:http'

import type Koa = require('koa')

import {describe, resolveConfig} from '../config/index.js'
import {configError, SessionError} from '../errors.js'
import type {SessionConfig} from '../generated/types.js'
import type {Session, SessionData} from '../session/session.js'
import {cycleOf, mount} from './context.js'
import {Cycle} from './cycle.js'
import {createInstance, type Instance, type ServerSessionOptions} from './instance.js'
import {assertOwnSessions} from './neighbours.js'
import {createWithCookie, destroyById, openById, openForUpgrade} from './outside-request.js'

/** The middleware, and what an application does with its sessions outside of a request. */
export interface ServerSession<D extends object = SessionData>
	extends Koa.Middleware<Koa.DefaultState, {session: Session<D>}> {
	/**
	 * Resolves when the store is open: await it to fail at start and not at the first request.
	 * @throws SessionError what kept the store from opening
	 */
	ready(): Promise<void>

	/** Releases what the store itself opened. A client that you passed in stays open. */
	close(): Promise<void>

	/** Removes expired records and tells how many; 0 for a store that has nothing to sweep (redis, a Keyv). */
	cleanup(options?: {signal?: AbortSignal}): Promise<number>

	/**
	 * The session of a request that Koa does not answer, such as a WebSocket upgrade. Read at once, also with
	 * `SESSION_LAZY`; a new or regenerated session cannot be saved.
	 * @throws SessionError when the store fails or the record is corrupt
	 */
	fromRequest(request: IncomingMessage): Promise<Session<D>>

	/**
	 * The session with this id, outside of a request; `undefined` when there is none. What you change is stored by
	 * `save()` or `update()`. Reading extends the expiry, as in a request.
	 * @throws SessionError when the store fails or the record is corrupt
	 */
	open(sid: string): Promise<Session<D> | undefined>

	/**
	 * Ends the session with this id, if there is one. Nothing that is in flight brings it back.
	 * @throws SessionError `ERR_SESSION_STORE`, `ERR_SESSION_STORE_TIMEOUT`
	 */
	destroy(sid: string): Promise<void>
}

/**
 * Server-side sessions: `app.use(serverSession(app, config))` gives `ctx.session`.
 *
 * @param app the application; its context gets `session`, `flash` and `flashes`, its `keys` sign when SECRET_KEY is not
 * given, and it emits the `session:*` events
 * @param config see docs/config-reference.md
 * @param options what a test puts in the place of the real thing
 * @throws SessionError `ERR_SESSION_CONFIG` with every fault of the configuration, or without an application; `ERR_SESSION_MOUNTED_TWICE` when
 * the context of the application has the property already
 */
export function serverSession<D extends object = SessionData>(
	app: Koa,
	config: SessionConfig = {},
	options: ServerSessionOptions = {},
): ServerSession<D> {
	assertApplication(app, config)
	const resolved = resolveConfig(config, {appKeys: app.keys})
	assertOwnSessions(app, resolved)
	const slot = mount(app, resolved.SESSION_PROPERTY)
	const core = createInstance(app, resolved, options)

	async function middleware(ctx: Koa.Context, next: Koa.Next): Promise<void> {
		if (ctx.app !== app) throw otherApplicationError()
		// mounted twice in one chain, by a router and the application: the first one does it all
		if (cycleOf(ctx, slot)) return next()
		const cycle = new Cycle(core, ctx)
		ctx[slot] = cycle
		const opening = cycle.open()
		if (opening) await opening
		try {
			await next()
		} catch (error) {
			throw await cycle.fail(error)
		}
		if (cycle.used) await cycle.close()
	}

	const sessions = Object.assign(middleware, {
		ready: () => core.store.ready(),
		close: () => core.store.close(),
		cleanup: ({signal}: {signal?: AbortSignal} = {}) => core.store.sweep(signal),
		fromRequest: (request: IncomingMessage) => openForUpgrade(core, request),
		open: (sid: string) => openById(core, sid),
		destroy: (sid: string) => destroyById(core, sid),
	}) as unknown as ServerSession<D>
	instances.set(sessions, core)
	return sessions
}

const instances = new WeakMap<object, Instance>()

/**
 * Stores a new session with `data`, and gives the `Cookie` header of a visitor who has it: for tests.
 * @throws TypeError when `sessions` does not come from `serverSession()`; SessionError as `ctx.session.save()` does
 */
export async function sessionCookie<D extends object>(sessions: ServerSession<D>, data: D): Promise<string> {
	const core = instances.get(sessions)
	if (core === undefined) throw new TypeError('sessionCookie() takes what serverSession() has returned.')
	return createWithCookie(core, data)
}

function otherApplicationError(): SessionError {
	return new SessionError(
		'ERR_SESSION_NOT_MOUNTED',
		'This request belongs to another application than the one that serverSession(app, config) was given. In a ' +
			'sub-application (koa-mount) give it the outer application.',
	)
}

// koa-session takes the application in the second place.
function assertApplication(app: unknown, config: unknown): void {
	if (isApplication(app)) return
	const received = isApplication(config) ? 'the application in the second place' : describe(app)
	throw configError(
		[{key: 'app', expected: 'a Koa application, as in serverSession(app, config)', received}],
		'The call of serverSession',
	)
}

function isApplication(value: unknown): value is Koa {
	const {context, use} = (value ?? {}) as Partial<Koa>
	return typeof context === 'object' && typeof use === 'function'
}
