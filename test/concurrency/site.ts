/** An application for one test: each request brings its own handler. */

import {AsyncLocalStorage} from 'node:async_hooks'
import type {ExecutionContext} from 'ava'
import Koa from 'koa'
import {
	type ServerSession,
	type Session,
	type SessionConfig,
	type SessionStore,
	serverSession,
} from '../../src/index.js'
import {createCodec} from '../../src/serializers/codec.js'
import {memoryStore} from '../../src/stores/memory.js'
import {type Answer, deliver} from './deliver.js'

/** What the tests keep in a session. */
export interface TestData {
	a?: unknown
	b?: unknown
	c?: unknown
	count?: number
	cart?: {items: string[]}
}

type TestContext = Koa.ParameterizedContext<Koa.DefaultState, {session: Session<TestData>}>

/** The handler of one request. */
export type Handler = (ctx: TestContext) => unknown

/** An application over a store. */
export interface Site {
	readonly app: Koa
	readonly sessions: ServerSession<TestData>
	/** Names of the `session:*` events, in order. */
	readonly events: readonly string[]
	/** What `app.on('error')` heard. */
	readonly errors: readonly unknown[]
	/** Performs a request with this cookie. */
	visit(handler: Handler, sid?: string): Promise<Answer>
	/** Makes a session and gives its id. */
	begin(data?: Partial<TestData>): Promise<string>
	/** The data of the live record. */
	stored(sid: string): Promise<Record<string, unknown> | undefined>
	/** Moves the clock of the middleware. */
	advance(ms: number): void
}

const PREFIX = 'session:'
const EVENTS = ['created', 'regenerated', 'destroyed', 'gone', 'conflict', 'rejected', 'unknown', 'discarded']

/** Opens an application over `store`; `otherwise` handles the requests that bring no handler, over HTTP. */
export function openSite(
	store: SessionStore,
	config: SessionConfig = {},
	otherwise: Handler = () => {},
	clock = standingClock(),
): Site {
	const app = new Koa()
	app.silent = true
	const events: string[] = []
	for (const name of EVENTS) app.on(`session:${name}`, () => events.push(name))
	const errors: unknown[] = []
	app.on('error', error => errors.push(error))
	const handlers = new AsyncLocalStorage<Handler>()
	const sessions = serverSession<TestData>(
		app,
		{SESSION_TYPE: 'custom', SESSION_STORE: store, SESSION_KEY_PREFIX: PREFIX, SESSION_STORE_TIMEOUT: '1m', ...config},
		{now: clock.now},
	)
	app.use(sessions)
	app.use(async ctx => {
		ctx.body = 'done'
		await (handlers.getStore() ?? otherwise)(ctx as unknown as TestContext)
	})
	const callback = app.callback()
	const codec = createCodec('msgpack')

	const site: Site = {
		app,
		sessions,
		events,
		errors,
		visit: (handler, sid) => handlers.run(handler, () => deliver(callback, sid)),
		async begin(data = {a: 1}) {
			const {cookie} = await site.visit(ctx => Object.assign(ctx.session, data))
			return (cookie as {sid: string}).sid
		},
		async stored(sid) {
			const record = await store.read(`${config.SESSION_KEY_PREFIX ?? PREFIX}${sid}`)
			return record && codec.decode(record.payload)
		},
		advance: clock.advance,
	}
	return site
}

/** A clock that stands still until it is advanced: a test machine may be slow, its requests are not. */
export function standingClock() {
	let time = Date.now()
	return {
		now: () => time,
		advance: (ms: number) => {
			time += ms
		},
	}
}

/** Opens an application over a memory store of its own. */
export function openMemorySite(t: ExecutionContext, config: SessionConfig = {}): Site {
	const clock = standingClock()
	const store = memoryStore({}, {now: clock.now, warn: () => {}, timeoutMs: 5000})
	t.teardown(() => store.close())
	return openSite(store, config, undefined, clock)
}

/** A point that requests wait at until it is opened. */
export function barrier(): {readonly passed: Promise<void>; open(): void} {
	let open = () => {}
	const passed = new Promise<void>(resolve => {
		open = resolve
	})
	return {passed, open: () => open()}
}

/** A request that has loaded its session and waits: `ends` lets it do `late` and answer. */
export async function slowRequest(
	site: Site,
	sid: string | undefined,
	late: Handler = () => {},
	early: Handler = () => {},
) {
	const loaded = barrier()
	const go = barrier()
	const answer = site.visit(async ctx => {
		await early(ctx)
		loaded.open()
		await go.passed
		await late(ctx)
	}, sid)
	await loaded.passed
	return {
		ends(): Promise<Answer> {
			go.open()
			return answer
		},
	}
}
