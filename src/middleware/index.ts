import type {IncomingMessage} from 'node:http'
import type Koa from 'koa'
import {resolveConfig} from '../config/index.js'
import type {SessionConfig} from '../generated/types.js'
import {createHttpCore, type Surroundings} from './assemble.js'
import {Cycle} from './cycle.js'
import type {FlashesOptions} from './flash.js'
import {cycleOf, mount} from './mount.js'
import type {Session, SessionData} from './session.js'
import {openForUpgrade} from './upgrade.js'

declare module 'koa' {
	interface ExtendableContext {
		/** The session of this visitor. Assign null to destroy it, an object to replace its data. */
		get session(): Session
		set session(next: SessionData | null)

		/** Keeps a message for the next page that shows messages; `category` defaults to `message` (Flask's `flash`). */
		flash(message: unknown, category?: string): void

		/** Takes the flashed messages out of the session (Flask's `get_flashed_messages`). */
		flashes(options: FlashesOptions & {withCategories: true}): [category: string, message: unknown][]
		flashes(options?: FlashesOptions): unknown[]
	}
}

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
}

/**
 * Server-side sessions: `app.use(serverSession(app, config))` gives `ctx.session`.
 *
 * @param app the application; its context gets `session`, `flash` and `flashes`, its `keys` sign when SECRET_KEY is not
 * given, and it emits the `session:*` events
 * @param config see docs/config-reference.md
 * @param surroundings what a test puts in the place of the real thing
 * @throws SessionError `ERR_SESSION_CONFIG` with every fault of the configuration; `ERR_SESSION_MOUNTED_TWICE` when
 * the context of the application has the property already
 */
export function serverSession<D extends object = SessionData>(
	app: Koa,
	config: SessionConfig = {},
	surroundings: Surroundings = {},
): ServerSession<D> {
	const resolved = resolveConfig(config, {appKeys: app.keys})
	const slot = mount(app, resolved.SESSION_PROPERTY)
	const core = createHttpCore(app, resolved, surroundings)

	async function middleware(ctx: Koa.Context, next: Koa.Next): Promise<void> {
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

	return Object.assign(middleware, {
		ready: () => core.backend.ready(),
		close: () => core.backend.close(),
		cleanup: ({signal}: {signal?: AbortSignal} = {}) => core.backend.sweep(signal),
		fromRequest: (request: IncomingMessage) => openForUpgrade(core, request),
	}) as unknown as ServerSession<D>
}
