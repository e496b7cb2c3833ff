import type {ExecutionContext} from 'ava'
import Koa, {type Context} from 'koa'
import {type ServerSession, type SessionConfig, type SessionEvent, serverSession} from '../../../src/index.js'
import {msgpack} from '../../../src/serializers/msgpack.js'
import {type Answer, type Client, cookieOf, type Sent, serve} from './http.js'
import {type RecordingStore, recordingStore} from './recording-store.js'

// biome-ignore lint/suspicious/noExplicitAny: handlers of tests put anything into a session
export type Handler = (ctx: Context & {session: any}) => unknown

/** What a {@link site} is made of. */
export interface SiteOptions {
	readonly config?: SessionConfig
	/** The handlers by path; what one returns is the body, `ok` when it returns nothing. */
	readonly routes: Readonly<Record<string, Handler>>
	/** Prepares the application before the session middleware is added. */
	readonly prepare?: (app: Koa) => void
	/** `redis` and the like: the store of the configuration in the place of the recording one. */
	readonly ownStore?: boolean
}

/** An application with sessions in memory, whose clock is moved by hand. */
export interface Site {
	readonly app: Koa
	readonly sessions: ServerSession
	readonly store: RecordingStore
	readonly request: Client
	/** What `app.on('error')` was given. */
	readonly errors: (Error & {code?: string; status?: number})[]
	/** The `session:*` events, in their order. */
	readonly events: {readonly name: string; readonly detail: SessionEvent}[]
	now(): number
	advance(ms: number): void
	/** A client with a cookie jar. */
	visitor(cookie?: string): Visitor
	/** The data that is stored under an id; `undefined` when there is no live record. */
	stored(sid: string): Promise<Record<string, unknown> | undefined>
}

/** A browser: it sends back the session cookie that it was given last. */
export interface Visitor {
	(path: string, sent?: Sent): Promise<Answer>
	cookie: string | undefined
	/** The id in the cookie. */
	readonly sid: string
}

const EVENTS = ['created', 'regenerated', 'destroyed', 'gone', 'conflict', 'rejected', 'unknown', 'discarded']

/** Serves an application until the test has ended. */
export async function site(t: ExecutionContext, options: SiteOptions): Promise<Site> {
	const {config = {}, routes, prepare, ownStore = false} = options
	let time = Date.UTC(2026, 10, 20, 12)
	const now = () => time
	const app = new Koa()
	app.silent = true
	const errors: Site['errors'] = []
	app.on('error', error => errors.push(error))
	const events: Site['events'] = []
	for (const name of EVENTS) app.on(`session:${name}`, detail => events.push({name, detail}))
	prepare?.(app)
	const store = recordingStore(now)
	const place: SessionConfig = ownStore ? {} : {SESSION_TYPE: 'custom', SESSION_STORE: store}
	const sessions = serverSession(app, {...place, ...config}, {now})
	t.teardown(() => sessions.close())
	app.use(sessions)
	app.use(async ctx => {
		const handler = routes[ctx.path]
		if (handler === undefined) return
		const body = await handler(ctx as never)
		if (ctx.respond !== false && !ctx.headerSent && ctx.status !== 302) ctx.body = body === undefined ? 'ok' : body
	})
	const request = await serve(t, app)
	return {
		app,
		sessions,
		store,
		request,
		errors,
		events,
		now,
		advance: ms => {
			time += ms
		},
		visitor: cookie => visitorOf(request, cookie, config.SESSION_COOKIE_NAME),
		stored: async sid => {
			const record = await store.read(`session:${sid}`)
			store.take()
			return record && (msgpack.decode(record.payload) as Record<string, unknown>)
		},
	}
}

function visitorOf(request: Client, cookie: string | undefined, name = 'session'): Visitor {
	const visitor = async (path: string, sent: Sent = {}) => {
		const answer = await request(path, {cookie: visitor.cookie, ...sent})
		if (answer.setCookie.some(text => text.startsWith(`${name}=`))) visitor.cookie = cookieOf(answer, name)
		return answer
	}
	visitor.cookie = cookie
	Object.defineProperty(visitor, 'sid', {get: () => visitor.cookie?.slice(name.length + 1).split('.')[0] ?? ''})
	return visitor as unknown as Visitor
}

/** A promise that a test resolves when it wants a handler to go on. */
export function gate(): {readonly passed: Promise<void>; open(): void} {
	let open = () => {}
	const passed = new Promise<void>(resolve => {
		open = resolve
	})
	return {passed, open: () => open()}
}

/** Sets keys of a session, or of anything: for handlers that are one expression. */
export function put(session: object, values: object): void {
	Object.assign(session, values)
}
