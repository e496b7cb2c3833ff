import type Koa = require('koa')

import {SessionError} from '../errors.js'
import type {FlashesOptions} from '../session/flash.js'
import type {Session, SessionData} from '../session/session.js'
import type {Cycle} from './cycle.js'

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

/** The property of `ctx` that holds the cycle of one mounted instance. */
export type Slot = symbol

/** The cycle of this request; `undefined` before the middleware has run. */
export function cycleOf(ctx: Koa.Context, slot: Slot): Cycle | undefined {
	return ctx[slot] as Cycle | undefined
}

/** What Koa gives each context by itself, and looks for there: not yet on `app.context`. */
const OF_KOA: ReadonlySet<string> = new Set([
	'app',
	'req',
	'res',
	'request',
	'response',
	'state',
	'originalUrl',
	'respond',
])

/**
 * Gives the context of `app` the property `name`, and, with the default name, `flash` and `flashes`.
 * @throws SessionError `ERR_SESSION_MOUNTED_TWICE` when the property is there already
 */
export function mount(app: Koa, name: string): Slot {
	if (name in app.context || OF_KOA.has(name)) {
		throw new SessionError(
			'ERR_SESSION_MOUNTED_TWICE',
			`ctx.${name} is there already. A second instance on one application needs another SESSION_PROPERTY.`,
		)
	}
	const slot: Slot = Symbol(`koa-server-session ${name}`)
	const running = (ctx: Koa.Context) => cycleOf(ctx, slot) ?? refuse(name)

	Object.defineProperty(app.context, name, {
		configurable: true,
		get(this: Koa.Context) {
			return running(this).session
		},
		set(this: Koa.Context, next: object | null) {
			running(this).assign(next)
		},
	})
	if (name === 'session') {
		app.context.flash = function flash(this: Koa.Context, message: unknown, category = 'message') {
			running(this).flash(message, category)
		}
		app.context.flashes = function flashes(this: Koa.Context, options: FlashesOptions = {}) {
			return running(this).flashes(options)
		}
	}
	return slot
}

function refuse(name: string): never {
	throw new SessionError(
		'ERR_SESSION_NOT_MOUNTED',
		`ctx.${name} was used outside of the session middleware: put app.use(serverSession(app, config)) before it.`,
	)
}
