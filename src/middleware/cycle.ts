import type {Context} from 'koa'
import {isStoreFailure, SessionError} from '../errors.js'
import {commit, hasWork, isBound} from '../session/commit/commit.js'
import {load} from '../session/load.js'
import {dropChanges} from '../session/operations.js'
import {SessionState} from '../session/state.js'
import type {Instance} from './instance.js'
import {respond, statusOf, withHeaders} from './response.js'

/**
 * One request: the id in its cookie, the session behind it, and what the response says. Makes nothing that the request
 * does not use: without a cookie, and without a touch of `ctx.session`, there is no session.
 */
export class Cycle {
	readonly #core: Instance
	readonly #ctx: Context
	#state: SessionState | undefined

	constructor(core: Instance, ctx: Context) {
		this.#core = core
		this.#ctx = ctx
	}

	/** Before the handler: reads the cookie, and the session that it names. A promise only where the store is asked. */
	open(): Promise<void> | undefined {
		const sent = this.#core.identify(this.#ctx.req.headers.cookie)
		if (sent === undefined) return undefined
		if (sent === 'rejected') {
			this.#core.emit('rejected', undefined, 'the cookie has not the form of a session id, or not its signature')
			return undefined
		}
		this.#state = new SessionState(this.#core, sent)
		return this.#core.config.SESSION_LAZY ? undefined : load(this.#state)
	}

	/** Whether there is anything to do after the handler. */
	get used(): boolean {
		return this.#state !== undefined
	}

	/** The state of the session; made when it is first asked for. */
	get state(): SessionState {
		this.#state ??= new SessionState(this.#core)
		return this.#state
	}

	/** After the handler: writes what changed, then tells the client. The response has not left yet. */
	async close(): Promise<void> {
		const {state} = this
		try {
			if (hasWork(state)) await state.turns.run(() => commit(state))
			if (state.turns.unheardFailure !== undefined) throw state.turns.unheardFailure
		} catch (error) {
			await this.#end(state, error)
			throw withHeaders(this.#core, this.#ctx, state, error)
		}
		await this.#end(state)
		respond(this.#core, this.#ctx, state)
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
		let thrown = error
		try {
			if (!this.#keepsChangesAfter(error)) dropChanges(state)
			const hasDuties = statusOf(error) < 500 || state.cookie === 'set' ? hasWork(state) : isBound(state)
			if (hasDuties && !isStoreFailure(error)) await state.turns.run(() => commit(state))
			if (state.turns.unheardFailure !== undefined) throw state.turns.unheardFailure
		} catch (failure) {
			if (statusOf(error) < 500) thrown = failure
			else this.#core.report(failure, this.#ctx)
		}
		await this.#end(state, thrown)
		return withHeaders(this.#core, this.#ctx, state, thrown)
	}

	async #end({locks}: SessionState, error?: unknown): Promise<void> {
		if (locks) {
			// a lock that cannot be released expires by itself, and nobody waits for a store that has just failed
			const released = Promise.allSettled([...locks].map(release => release()))
			if (!isStoreFailure(error)) await released
		}
		this.#core.requestEnded()
	}

	/** What the commit itself has refused, it would refuse again. */
	#keepsChangesAfter(error: unknown): boolean {
		return this.#core.config.SESSION_SAVE_ON_ERROR && statusOf(error) < 500 && !(error instanceof SessionError)
	}
}
