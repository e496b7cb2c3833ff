import type {Data} from '../serializers/codec.js'
import type {StoreRecord} from '../stores/contract.js'
import {Changes} from './changes.js'
import type {Core} from './core.js'
import type {Session} from './session.js'

/** The key under which Flask keeps whether the cookie outlives the browser session. */
export const PERMANENT = '_permanent'

/**
 * What the response has to tell the client: `refresh` a cookie whose expiry moved (may be left out), `set` one that it
 * does not have (must reach it), `clear` one that names nothing any more (must reach it).
 */
export type CookieDue = 'refresh' | 'set' | 'clear' | undefined

/** A record that is to go once its successor is stored. */
export interface Predecessor {
	readonly sid: string
	readonly record: StoreRecord
}

/** One session during one request: its data, what changed, and what the store is known to hold. */
export class SessionState {
	readonly core: Core
	readonly changes: Changes
	/** The data itself. What the application sees is a view of it: once handed out, it is changed in place. */
	data: Data
	/** The application has, or had, a view of {@link data}. */
	accessed = false
	/** What the application has of {@link data}. */
	view: Session | undefined
	/** Set by `regenerate` until the commit: the record under the id before. */
	predecessor: Predecessor | undefined
	/** Set by `ctx.session = null` until the commit: the id to delete. */
	doomed: string | undefined
	/** It was destroyed or given another id elsewhere: nothing is written any more, and no cookie is sent. */
	gone = false
	/** False with `SESSION_LAZY` before `load()`. */
	loaded = true
	isNew = true
	/** The client sent a well-formed id, whether or not the store knows it. */
	readonly clientHasCookie: boolean
	cookie: CookieDue
	/** There is a response that can carry a new id to the client. */
	canSetCookie = true
	/** Released at the end of the request; `undefined` without any. */
	locks: Set<() => Promise<void>> | undefined
	/** When {@link record} was what the store held, in milliseconds since the epoch. */
	seenAt = 0
	#record: StoreRecord | undefined
	#sid: string | undefined
	#tail: Promise<unknown> | undefined
	#running = 0

	/** @param sid the id that the client sent, whose record is to be loaded; without it the session is a new one */
	constructor(core: Core, sid: string | undefined) {
		this.core = core
		this.data = freshData(core)
		this.changes = new Changes(core.codec)
		this.#sid = sid
		this.clientHasCookie = sid !== undefined
	}

	/** The record as last read or written; `undefined`: nothing is stored under {@link sid}. */
	get record(): StoreRecord | undefined {
		return this.#record
	}

	set record(record: StoreRecord | undefined) {
		this.#record = record
		this.seenAt = this.core.now()
	}

	get sid(): string {
		this.#sid ??= this.core.newSid()
		return this.#sid
	}

	/** Goes on under another id; `undefined`: a new one, made when it is asked for. */
	rename(sid: string | undefined): void {
		this.#sid = sid
	}

	/** The key of the record in the store. */
	keyOf(sid: string): string {
		return this.core.config.SESSION_KEY_PREFIX + sid
	}

	get permanent(): boolean {
		return Boolean(this.data[PERMANENT])
	}

	/** When a record that is written now expires. */
	expiry(): number {
		return this.core.now() + this.core.config.PERMANENT_SESSION_LIFETIME
	}

	/** Puts `next` in the place of all data. */
	replaceData(next: Data): void {
		if (this.view === undefined) {
			this.data = next
			return
		}
		for (const key of Object.keys(this.data)) if (!Object.hasOwn(next, key)) delete this.data[key]
		for (const key of Object.keys(next)) define(this.data, key, next[key])
	}

	/** Goes on as a session that was never stored. */
	startAnew(): void {
		this.replaceData(freshData(this.core))
		this.changes.reset()
		this.record = undefined
		this.predecessor = undefined
		this.gone = false
		this.isNew = true
		this.loaded = true
		this.rename(undefined)
	}

	/** An operation has begun and not ended: a handler need not wait for what it calls. */
	get busy(): boolean {
		return this.#running > 0
	}

	/** Runs `operation` after all earlier ones of this session: two `save()` at once must not write twice. */
	inTurn<T>(operation: () => Promise<T>): Promise<T> {
		this.#running += 1
		const turn = (this.#tail ?? Promise.resolve()).then(operation)
		const ended = () => {
			this.#running -= 1
		}
		this.#tail = turn.then(ended, ended)
		return turn
	}
}

/** The data of a session that nobody has touched. */
function freshData(core: Core): Data {
	return core.config.SESSION_PERMANENT ? {[PERMANENT]: true} : {}
}

/** Whether there is nothing to keep: no key but the permanent flag (Flask's truth of a session). */
export function isEmpty(data: Data): boolean {
	for (const key in data) if (key !== PERMANENT) return false
	return true
}

/** Assigns a key of its own, also for `__proto__`. */
function define(data: Data, key: string, value: unknown): void {
	Object.defineProperty(data, key, {value, writable: true, enumerable: true, configurable: true})
}
