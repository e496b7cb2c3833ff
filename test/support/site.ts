/** An application for tests: each request brings its own handler, and there is no network in between. */

import {AsyncLocalStorage} from 'node:async_hooks'
import type {ExecutionContext} from 'ava'
import Koa from 'koa'
import {
	type ServerSession,
	type Session,
	type SessionConfig,
	type SessionEvent,
	type SessionStore,
	serverSession,
} from '../../src/index.js'
import {createCodec} from '../../src/serializers/codec.js'
import {memoryStore} from '../../src/stores/memory.js'
import {manualContext} from './clock.js'
import {type Delivered, deliver} from './deliver.js'
import {gate} from './gate.js'

/** What the tests keep in a session. */
export interface TestData {
	user?: string
	a?: unknown
	b?: unknown
	c?: unknown
	count?: number
	cart?: {items: string[]}
}

type TestContext = Koa.ParameterizedContext<Koa.DefaultState, {session: Session<TestData>}>

/** The handler of one request. */
export type Handler = (ctx: TestContext) => unknown

/** How {@link openSite} makes an application. */
export interface OpenOptions {
	/** The clock of the middleware. @default stands still at the present */
	readonly clock?: {now(): number; advance(ms: number): void}
	/** Prepares the application before the session middleware is added. */
	readonly prepare?: ((app: Koa) => void) | undefined
	/** Handles the requests that bring no handler, over HTTP. */
	readonly otherwise?: Handler
}

/** An application over a store. */
export interface Site {
	readonly app: Koa
	readonly sessions: ServerSession<TestData>
	/** The `session:*` events, in order. */
	readonly events: readonly {readonly name: string; readonly detail: SessionEvent}[]
	/** Their names. */
	eventNames(): string[]
	/** What `app.on('error')` heard. */
	readonly errors: (Error & {code?: string; status?: number})[]
	/** The clock of the middleware. */
	now(): number
	advance(ms: number): void
	/** Performs a request with this session id in its cookie. */
	visit(handler: Handler, sid?: string): Promise<Delivered>
	/** Makes a session and gives its id. */
	begin(data?: Partial<TestData>): Promise<string>
	/** The data of the live record; `undefined` where there is none. */
	stored(sid: string): Promise<Record<string, unknown> | undefined>
}

const EVENTS = ['created', 'regenerated', 'destroyed', 'gone', 'conflict', 'rejected', 'unknown', 'discarded']

/** Opens an application over `store`, or over the one of the configuration. */
export function openSite(
	store: SessionStore | undefined,
	config: SessionConfig = {},
	{clock = manualContext(), prepare, otherwise = () => {}}: OpenOptions = {},
): Site {
	const {now, advance} = clock
	const app = new Koa()
	app.silent = true
	const events: {name: string; detail: SessionEvent}[] = []
	for (const name of EVENTS) app.on(`session:${name}`, detail => events.push({name, detail}))
	const errors: Site['errors'] = []
	app.on('error', error => errors.push(error))
	prepare?.(app)
	const place: SessionConfig = store === undefined ? {} : {SESSION_TYPE: 'custom', SESSION_STORE: store}
	// a test machine may be slow, its requests are not
	const sessions = serverSession<TestData>(app, {...place, SESSION_STORE_TIMEOUT: '1m', ...config}, {now})
	app.use(sessions)
	const handlers = new AsyncLocalStorage<Handler>()
	app.use(async ctx => {
		const handler = handlers.getStore()
		if (handler !== undefined) ctx.body = 'done'
		await (handler ?? otherwise)(ctx as unknown as TestContext)
	})
	const callback = app.callback()
	const codec = createCodec('msgpack')

	const site: Site = {
		app,
		sessions,
		events,
		eventNames: () => events.map(({name}) => name),
		errors,
		now,
		advance,
		visit: (handler, sid) => handlers.run(handler, () => deliver(callback, sid)),
		async begin(data = {a: 1}) {
			const {cookie} = await site.visit(ctx => Object.assign(ctx.session, data))
			return (cookie as {sid: string}).sid
		},
		async stored(sid) {
			const record = await store?.read(`${config.SESSION_KEY_PREFIX ?? 'session:'}${sid}`)
			return record && codec.decode(record.payload)
		},
	}
	return site
}

/** Opens an application over a memory store of its own. */
export function openMemorySite(t: ExecutionContext, config: SessionConfig = {}): Site {
	const clock = manualContext()
	const store = memoryStore({}, clock)
	t.teardown(() => store.close())
	return openSite(store, config, {clock})
}

/** A request that has loaded its session and waits: `ends` lets it do `late` and respond. */
export async function slowRequest(
	site: Site,
	sid: string | undefined,
	late: Handler = () => {},
	early: Handler = () => {},
) {
	const loaded = gate()
	const go = gate()
	const delivered = site.visit(async ctx => {
		await early(ctx)
		loaded.open()
		await go.passed
		await late(ctx)
	}, sid)
	await loaded.passed
	return {
		ends(): Promise<Delivered> {
			go.open()
			return delivered
		},
	}
}
