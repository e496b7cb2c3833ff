/** Compiled as CommonJS and, as app.mts, as an ES module. */
import type {Context} from 'koa'
import {type ServerSession, type SessionConfig, SessionError, serverSession} from 'koa-server-session'
import {memoryStore} from 'koa-server-session/stores/memory'
import {type ConformanceCase, storeConformance} from 'koa-server-session/testing'

declare module 'koa-server-session' {
	interface SessionData {
		views?: number
	}
}

export const config: SessionConfig = {SESSION_TYPE: 'memory'}
// @ts-expect-error no such option
export const typo: SessionConfig = {SESSION_TYPO: 'memory'}

export function mount(app: Parameters<typeof serverSession>[0]): ServerSession {
	return serverSession(app, config)
}

export function count(ctx: Context): number {
	const views: number | undefined = ctx.session.views
	// @ts-expect-error a number
	ctx.session.views = 'many'
	// @ts-expect-error never any
	ctx.session.unknown.method()
	return views ?? 0
}

export function isOurs(error: unknown): string | undefined {
	return error instanceof SessionError ? error.code : undefined
}

export const cases: readonly ConformanceCase[] = storeConformance({
	name: 'memory',
	open: () => Promise.resolve({store: memoryStore()}),
})
