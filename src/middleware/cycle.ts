import {isDeepStrictEqual} from 'node:util'
import type {Context} from 'koa'
import {SessionError} from '../errors.js'
import type {Data} from '../serializers/codec.js'
import {isPlainObject, kindOf} from '../serializers/values.js'
import {commit, doom, hasWork} from '../session/commit/commit.js'
import {FLASHES, type Flash, type FlashesOptions, presentFlashes} from '../session/flash.js'
import {load} from '../session/load.js'
import {clear} from '../session/operations.js'
import {assertDataKey, assertLoaded, sessionOf} from '../session/proxy.js'
import type {Session} from '../session/session.js'
import {SessionState} from '../session/state.js'
import type {Instance} from './instance.js'
import {answer, statusOf, withHeaders} from './response.js'

/**
 * One request: the id in its cookie, the session behind it, and what the response says. Makes nothing that the request
 * does not use: without a cookie, and without a touch of `ctx.session`, there is no session.
 */
export class Cycle {
	readonly #core: Instance
	readonly #ctx: Context
	#state: SessionState | undefined
	#shown: Flash[] | undefined

	constructor(core: Instance, ctx: Context) {
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

	/**
	 * `ctx.session = null` destroys; an object replaces the data and keeps the id.
	 * @throws SessionError `ERR_SESSION_UNSUPPORTED_VALUE` for anything else, `ERR_SESSION_RESERVED_KEY`
	 */
	assign(next: object | null | undefined): void {
		const {session, state} = this
		if (next === null || next === undefined) {
			doom(state)
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
			await this.#end(state, error)
			throw withHeaders(this.#core, this.#ctx, state, error)
		}
		await this.#end(state)
		answer(this.#core, this.#ctx, state)
	}

	/**
	 * After the handler has thrown: carries out what must not be lost, a destroy or a regenerate, and, below 500, the
	 * changes too. Where the store has failed already, it is not asked again.
	 * @returns the error to throw, with the headers that have to reach the client: that of the handler, or, when it says
	 * below 500 that all went as it should and this did not, the failure
	 */
	async fail(error: unknown): Promise<unknown> {
		const state = this.#state
		if (state === undefined) return error
		let answered = error
		try {
			if (!this.#keepsChangesAfter(error)) dropChanges(state)
			const hasDuties = statusOf(error) < 500 || state.cookie === 'set' ? hasWork(state) : isBound(state)
			if (hasDuties && !isStoreFailure(error)) await state.inTurn(() => commit(state))
		} catch (failure) {
			if (statusOf(error) < 500) answered = failure
			else this.#core.report(failure, this.#ctx)
		}
		await this.#end(state, answered)
		return withHeaders(this.#core, this.#ctx, state, answered)
	}

	async #end({locks}: SessionState, error?: unknown): Promise<void> {
		if (locks) {
			// a lock that cannot be released expires by itself, and nobody waits for a store that has just failed
			const released = Promise.allSettled([...locks].map(release => release()))
			if (!isStoreFailure(error)) await released
		}
		this.#core.requestEnded()
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
}

/** Whether a destroy or a regenerate waits for the commit. */
function isBound({doomed, predecessor}: SessionState): boolean {
	return doomed !== undefined || predecessor !== undefined
}

function isStoreFailure(error: unknown): boolean {
	return (
		error instanceof SessionError && (error.code === 'ERR_SESSION_STORE' || error.code === 'ERR_SESSION_STORE_TIMEOUT')
	)
}

function notDataError(value: unknown): SessionError {
	return new SessionError(
		'ERR_SESSION_UNSUPPORTED_VALUE',
		`ctx.session was set to ${kindOf(value)}; it takes an object of data, or null to destroy the session.`,
	)
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
