import type {} from 'koa-server-session'

declare module 'koa-server-session' {
	interface SessionData {
		fromModule?: string
	}
}
