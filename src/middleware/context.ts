import {isDeepStrictEqual} from 'node:util'

import type Koa = require('koa')

import {configError, SessionError} from '../errors.js'
import type {Data} from '../serializers/codec.js'
import {isPlainObject, kindOf} from '../serializers/values.js'
import {FLASHES, type FlashesOptions, presentFlashes} from '../session/flash.js'
import {clear} from '../session/operations.js'
import {assertDataKey, assertLoaded, sessionOf} from '../session/proxy.js'
import type {Session, SessionData} from '../session/session.js'
import type {SessionState} from '../session/state.js'
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
 * @throws SessionError `ERR_SESSION_MOUNTED_TWICE` when the application has given it that property already,
 * `ERR_SESSION_CONFIG` when Koa has
 */
export function mount(app: Koa, name: string): Slot {
	if (OF_KOA.has(name) || name in Object.getPrototypeOf(app.context)) {
		const received = `'${name}', which Koa has there`
		throw configError([{key: 'SESSION_PROPERTY', expected: 'a name that is free on ctx', received}])
	}
	if (name in app.context) {
		throw new SessionError(
			'ERR_SESSION_MOUNTED_TWICE',
			`ctx.${name} is there already. A second instance on one application needs another SESSION_PROPERTY.`,
		)
	}
	const slot: Slot = Symbol(`koa-server-session ${name}`)
	const stateOf = (ctx: Koa.Context) => (cycleOf(ctx, slot) ?? refuse(name)).state

	Object.defineProperty(app.context, name, {
		configurable: true,
		get(this: Koa.Context) {
			return sessionOf(stateOf(this))
		},
		set(this: Koa.Context, next: object | null) {
			assign(stateOf(this), next)
		},
	})
	if (name === 'session') {
		app.context.flash = function (this: Koa.Context, message: unknown, category = 'message') {
			flash(stateOf(this), message, category)
		}
		// as connect-flash has it on the request of Express: passport calls it
		Object.assign(app.request, {
			flash(this: Koa.Request, category: string, message: unknown) {
				flash(stateOf(this.ctx), message, category)
			},
		})
		app.context.flashes = function (this: Koa.Context, options: FlashesOptions = {}) {
			return flashes(stateOf(this), options)
		}
	}
	return slot
}

/**
 * `ctx.session = next`: null destroys; an object replaces the data and keeps the id.
 * @throws SessionError `ERR_SESSION_UNSUPPORTED_VALUE` for anything else, `ERR_SESSION_RESERVED_KEY`
 */
function assign(state: SessionState, next: object | null | undefined): void {
	const session = sessionOf(state)
	if (next === null || next === undefined) {
		state.doom()
		return
	}
	assertLoaded(state)
	if (typeof next !== 'object' || !isPlainObject(next)) throw notDataError(next)
	const copy: Data = {...next}
	for (const key of Object.keys(copy)) assertDataKey(key)
	const keepsFlashes = isDeepStrictEqual(copy[FLASHES], state.data[FLASHES])
	clear(state, keepsFlashes ? [FLASHES] : [])
	if (keepsFlashes) delete copy[FLASHES]
	Object.assign(session, copy)
}

function flash(state: SessionState, message: unknown, category: string): void {
	state.use()
	assertLoaded(state)
	state.changes.flash(state.data, [category, message])
}

/** Takes the messages out once; asked again in the same request it gives the same ones. */
function flashes(state: SessionState, options: FlashesOptions): unknown[] {
	state.use()
	assertLoaded(state)
	state.shownFlashes ??= state.changes.takeFlashes(state.data)
	return presentFlashes(state.shownFlashes, options)
}

function notDataError(value: unknown): SessionError {
	return new SessionError(
		'ERR_SESSION_UNSUPPORTED_VALUE',
		`ctx.session was set to ${kindOf(value)}; it takes an object of data, or null to destroy the session.`,
	)
}

function refuse(name: string): never {
	throw new SessionError(
		'ERR_SESSION_NOT_MOUNTED',
		`ctx.${name} was used outside of the session middleware: put app.use(serverSession(app, config)) before it.`,
	)
}
