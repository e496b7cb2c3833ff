/** An application for tests that is asked over HTTP. */

import type {ExecutionContext} from 'ava'
import type Koa from 'koa'
import type {Context} from 'koa'
import type {SessionConfig} from '../../src/index.js'
import {manualContext} from './clock.js'
import {type Answer, type Client, cookieOf, type Sent, serve} from './http.js'
import {type RecordingStore, recordingStore} from './recording-store.js'
import {openSite, type Site} from './site.js'

// biome-ignore lint/suspicious/noExplicitAny: handlers of tests put anything into a session
export type RouteHandler = (ctx: Context & {session: any}) => unknown

/** What a {@link site} is made of. */
export interface SiteOptions {
	readonly config?: SessionConfig
	/** The handlers by path; what one returns is the body, `ok` when it returns nothing. */
	readonly routes: Readonly<Record<string, RouteHandler>>
	/** Prepares the application before the session middleware is added. */
	readonly prepare?: (app: Koa) => void
	/** `redis` and the like: the store of the configuration in the place of the recording one. */
	readonly ownStore?: boolean
}

/** An application with sessions in memory, whose clock is moved by hand. */
export interface ServedSite extends Site {
	readonly store: RecordingStore
	readonly request: Client
	/** A client with a cookie jar. */
	visitor(cookie?: string): Visitor
}

/** A browser: it sends back the session cookie that it was given last. */
export interface Visitor {
	(path: string, sent?: Sent): Promise<Answer>
	cookie: string | undefined
	/** The id in the cookie. */
	readonly sid: string
}

/** Serves an application until the test has ended. */
export async function site(t: ExecutionContext, options: SiteOptions): Promise<ServedSite> {
	const {config = {}, routes, prepare, ownStore = false} = options
	const clock = manualContext(Date.UTC(2026, 10, 20, 12))
	const store = recordingStore(clock.now)
	const opened = openSite(ownStore ? undefined : store, config, {
		clock,
		prepare,
		async otherwise(ctx) {
			const handler = routes[ctx.path]
			if (handler === undefined) return
			const body = await handler(ctx as never)
			if (ctx.respond !== false && !ctx.headerSent && ctx.status !== 302) ctx.body = body === undefined ? 'ok' : body
		},
	})
	t.teardown(() => opened.sessions.close())
	const request = await serve(t, opened.app)
	return {
		...opened,
		store,
		request,
		visitor: cookie => visitorOf(request, cookie, config.SESSION_COOKIE_NAME),
		async stored(sid) {
			const data = await opened.stored(sid)
			store.take()
			return data
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

/** Sets keys of a session, or of anything: for handlers that are one expression. */
export function put(session: object, values: object): void {
	Object.assign(session, values)
}
