import type {Context} from 'koa'
import {SessionError} from '../errors.js'
import type {Data} from '../serializers/codec.js'
import {commit, doom, hasWork} from './commit.js'
import type {Core} from './core.js'
import {statusOf, withErrorHeaders} from './error-headers.js'
import {type Flash, type FlashesOptions, presentFlashes} from './flash.js'
import type {Identify} from './identity.js'
import {load} from './load.js'
import {clear} from './operations.js'
import type {Session} from './session.js'
import {isEmpty, SessionState} from './state.js'
import type {Transport} from './transport.js'
import {assertDataKey, assertLoaded, sessionOf} from './view.js'

/** What the cycle of a request needs beside the session core. */
export interface HttpCore extends Core {
	readonly identify: Identify
	readonly transport: Transport
	/** Reports an error that is not the answer of the request: `app.on('error')`. */
	report(error: unknown, ctx: Context): void
	/** Says something to the operator, once for each code. */
	warn(message: string, code: string): void
	/** Told at the end of every request that used a session. */
	requestEnded(): void
}

/**
 * One request: the id in its cookie, the session behind it, and what the response says. Makes nothing that the request
 * does not use: without a cookie, and without a touch of `ctx.session`, there is no session.
 */
export class Cycle {
	readonly #core: HttpCore
	readonly #ctx: Context
	#state: SessionState | undefined
	#shown: Flash[] | undefined

	constructor(core: HttpCore, ctx: Context) {
		this.#core = core
		this.#ctx = ctx
	}

	/** Before the handler: reads the cookie, and the session that it names. A promise only where the store is asked. */
	open(): Promise<void> | undefined {
		const identity = this.#core.identify(this.#ctx.req.headers.cookie)
		if (identity === undefined) return undefined
		if (identity === 'rejected') {
			this.#core.emit('rejected', undefined, 'the cookie has not the form of a session id, or not its signature')
			return undefined
		}
		this.#state = new SessionState(this.#core, identity.sid)
		if (identity.resign) this.#state.cookie = 'refresh'
		if (!this.#core.config.SESSION_LAZY) return load(this.#state)
		this.#state.loaded = false
		return undefined
	}

	/** Whether there is anything to do after the handler. */
	get used(): boolean {
		return this.#state !== undefined
	}

	/** The state of the session; made when it is first asked for. */
	get state(): SessionState {
		if (this.#state === undefined) {
			this.#state = new SessionState(this.#core, undefined)
			this.#state.loaded = !this.#core.config.SESSION_LAZY
		}
		return this.#state
	}

	/** `ctx.session`. */
	get session(): Session {
		return sessionOf(this.state)
	}

	/** `ctx.session = null` destroys; an object replaces the data and keeps the id. */
	assign(next: object | null | undefined): void {
		const {session, state} = this
		if (next === null || next === undefined) {
			doom(state)
			return
		}
		assertLoaded(state)
		const copy: Data = {...next}
		for (const key of Object.keys(copy)) assertDataKey(key)
		clear(state)
		Object.assign(session, copy)
	}

	/** `ctx.flash()`. */
	flash(message: unknown, category: string): void {
		const {changes, data} = this.#use()
		changes.flash(data, [category, message])
	}

	/** `ctx.flashes()`: takes the messages out once; asked again in the same request it gives the same ones. */
	flashes(options: FlashesOptions): unknown[] {
		const {changes, data} = this.#use()
		this.#shown ??= changes.takeFlashes(data)
		return presentFlashes(this.#shown, options)
	}

	/** After the handler: writes what changed, then tells the client. The response has not left yet. */
	async close(): Promise<void> {
		const {state} = this
		try {
			if (hasWork(state)) await state.inTurn(() => commit(state))
		} catch (error) {
			throw this.#withHeaders(state, error)
		} finally {
			if (state.locks) await releaseAll(state.locks)
		}
		this.#answer(state)
		this.#core.requestEnded()
	}

	/**
	 * After the handler has thrown: carries out what must not be lost, a destroy or a regenerate, and, below 500, the
	 * changes too.
	 * @returns the error to throw, with the headers that have to reach the client
	 */
	async fail(error: unknown): Promise<unknown> {
		const state = this.#state
		if (state === undefined) return error
		try {
			if (!this.#keepsChangesAfter(error)) dropChanges(state)
			await state.inTurn(() => commit(state))
		} catch (failure) {
			this.#core.report(failure, this.#ctx)
		} finally {
			if (state.locks) await releaseAll(state.locks)
		}
		return this.#withHeaders(state, error)
	}

	#use(): SessionState {
		const {state} = this
		state.accessed = true
		assertLoaded(state)
		return state
	}

	/** What the commit itself has refused, it would refuse again. */
	#keepsChangesAfter(error: unknown): boolean {
		return this.#core.config.SESSION_SAVE_ON_ERROR && statusOf(error) < 500 && !(error instanceof SessionError)
	}

	#answer(state: SessionState): void {
		const {transport} = this.#core
		const cookie = this.#cookie(state)
		const canSend = this.#ctx.respond !== false && !this.#ctx.headerSent
		if (canSend && cookie !== undefined) transport.send(this.#ctx, cookie)
		else if (canSend && state.accessed) transport.vary(this.#ctx)
		else if (cookie !== undefined && state.cookie !== 'refresh') this.#warnOfLostCookie()
	}

	/** The `Set-Cookie` text that the response owes the client. */
	#cookie(state: SessionState): string | undefined {
		const {transport} = this.#core
		if (state.gone) return undefined
		if (state.cookie === 'clear') return transport.deletion(this.#ctx)
		if (state.record === undefined || state.cookie === undefined) return undefined
		if (state.cookie === 'refresh' && isEmpty(state.data)) return undefined
		// where the store does not tell the expiry, a cookie that lives longer than the record does no harm
		const expiresAt = state.record.expiresAt ?? state.expiry()
		return transport.cookie(this.#ctx, state.sid, state.permanent ? expiresAt : undefined)
	}

	/** The headers also go to the response, for a middleware above that answers in its own way. */
	#withHeaders(state: SessionState, error: unknown): unknown {
		const due = state.cookie !== 'refresh' || statusOf(error) < 500
		const cookie = due ? this.#cookie(state) : undefined
		if (cookie === undefined && !state.accessed) return error
		if (!this.#ctx.headerSent) {
			if (cookie === undefined) this.#core.transport.vary(this.#ctx)
			else this.#core.transport.send(this.#ctx, cookie)
		}
		return withErrorHeaders(error, cookie)
	}

	#warnOfLostCookie(): void {
		this.#core.warn(
			'A session cookie could not be sent: the response had begun, or ctx.respond is false. ' +
				'Set session data, log in and log out before that; what was changed is stored all the same.',
			'KSS_COOKIE_NOT_SENT',
		)
	}
}

/** Leaves only what was done by name, a destroy or a regenerate; data is again what was read. */
function dropChanges(state: SessionState): void {
	const record = state.predecessor?.record ?? state.record
	if (!state.loaded || state.gone) return
	if (record === undefined) {
		state.startAnew()
		return
	}
	state.replaceData(state.core.codec.decode(record.payload) ?? {})
	state.changes.reset()
}

/** A lock that cannot be released expires by itself. */
async function releaseAll(locks: ReadonlySet<() => Promise<void>>): Promise<void> {
	await Promise.allSettled([...locks].map(release => release()))
}
