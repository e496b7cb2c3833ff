import {isStoreFailure, type SessionError} from '../errors.js'
import type {Data} from '../serializers/codec.js'
import type {StoreRecord} from '../stores/contract.js'
import {Changes} from './changes.js'
import type {Core} from './core.js'
import type {Flash} from './flash.js'
import {isCookieDueAfterWrite} from './lifetime.js'
import type {Session} from './session.js'
import {Turns} from './turns.js'

/** The key under which Flask keeps whether the cookie outlives the browser session. */
export const PERMANENT = '_permanent'

/** An id that a client sent, well-formed; the store may or may not know it. */
export interface SentId {
	readonly sid: string
	/** It was signed with a fallback key: the client should get it signed with the current one. */
	readonly resign: boolean
}

/** A session under the id before `regenerate`. */
export interface Former {
	readonly sid: string
	readonly record: StoreRecord
}

/** Where a session stands: what its request knows of it in the store. */
export type Standing =
	/** Not read: with `SESSION_LAZY` before `load()`; with `error`: it cannot be read. */
	| {readonly is: 'unread'; readonly error?: unknown}
	/** Nothing is stored under its id. */
	| {readonly is: 'new'}
	/** `record` was what the store held at `seenAt`, in milliseconds since the epoch. */
	| {readonly is: 'stored'; readonly record: StoreRecord; readonly seenAt: number}
	/** It is to get the new id that it has here; the store has it under the one before. */
	| {readonly is: 'regenerated'; readonly from: Former}
	/** It was ended or given another id elsewhere: nothing is written any more, and no cookie is sent. */
	| {readonly is: 'gone'}

/**
 * What the response owes the client: to `renew` a cookie that has lost a part of its life or has an old signature (may be
 * left out), to `set` one that it does not have (must reach it), to `clear` one that names nothing any more (must reach it).
 */
export type CookieDue = 'renew' | 'set' | 'clear' | undefined

/** One session during one request: its data, what changed, and what the store is known to hold. */
export class SessionState {
	readonly core: Core
	readonly changes: Changes
	/** Its operations, each after the one before. */
	readonly turns = new Turns()
	/** What the client sent: the id that it is known by comes first. */
	readonly sent: readonly SentId[]
	/** There is a response that can carry a new id to the client. */
	readonly canSetCookie: boolean
	/** What `ctx.flashes()` has taken out: asked again it gives the same. */
	shownFlashes: readonly Flash[] | undefined
	/** Released at the end of the request; `undefined` without any. */
	locks: Set<() => Promise<void>> | undefined
	#standing: Standing
	#data: Data
	#view: Session | undefined
	#accessed = false
	#isNew = true
	#sid: string | undefined
	#cookie: CookieDue
	#doubt: SessionError | undefined
	#doomed: readonly string[] = []
	#untried: readonly string[]
	#unknown: readonly string[] = []

	/** @param sent the ids that the client sent, whose records are to be read; without any the session is a new one */
	constructor(core: Core, sent: readonly SentId[] = [], {canSetCookie = true} = {}) {
		this.core = core
		this.changes = new Changes(core.codec)
		this.sent = sent
		this.canSetCookie = canSetCookie
		this.#data = freshData(core)
		this.#sid = sent[0]?.sid
		this.#untried = sent.map(({sid}) => sid)
		this.#standing = {is: sent.length > 0 || core.config.SESSION_LAZY ? 'unread' : 'new'}
	}

	get standing(): Standing {
		return this.#standing
	}

	/** The data itself. What the application sees is a view of it: once handed out, it is changed in place. */
	get data(): Data {
		return this.#data
	}

	/** The application has asked for the session in this request: the response depends on it. */
	get accessed(): boolean {
		return this.#accessed
	}

	/** This request found no session. */
	get isNew(): boolean {
		return this.#isNew
	}

	get sid(): string {
		this.#sid ??= this.core.newSid()
		return this.#sid
	}

	/** The key of the record in the store. */
	get key(): string {
		return this.keyOf(this.sid)
	}

	/** The key of the record under another id of the session. */
	keyOf(sid: string): string {
		return this.core.config.SESSION_KEY_PREFIX + sid
	}

	get permanent(): boolean {
		return Boolean(this.#data[PERMANENT])
	}

	get cookie(): CookieDue {
		return this.#cookie
	}

	/** The ids that end at the commit (`ctx.session = null`). */
	get doomed(): readonly string[] {
		return this.#doomed
	}

	/** The ids that the client sent and the store does not know, while this request has not asked for another one. */
	get unknown(): readonly string[] {
		return this.#unknown
	}

	/** The record as last read or written, under the id that the client has. */
	get record(): StoreRecord | undefined {
		if (this.#standing.is === 'stored') return this.#standing.record
		return this.#standing.is === 'regenerated' ? this.#standing.from.record : undefined
	}

	/** Something was changed that the store does not have. */
	get hasChanges(): boolean {
		return this.changes.any(this.#data)
	}

	/** What the application is given as `ctx.session`; made when it is first asked for. */
	viewBy(make: (data: Data) => Session): Session {
		this.#accessed = true
		this.#view ??= make(this.#data)
		return this.#view
	}

	/** The application uses the session by another way than its view. */
	use(): void {
		this.#accessed = true
	}

	/** Whoever holds the view keeps the data as it is; what is handed out next is another object. */
	detachView(): void {
		this.#data = {...this.#data}
		this.#view = undefined
	}

	/** The record under an id that the client sent holds this session. */
	found({sid, resign}: SentId, record: StoreRecord, data: Data): void {
		this.#sid = sid
		this.#untried = this.#untried.slice(this.#untried.indexOf(sid) + 1)
		this.#isNew = false
		this.#hold(record)
		this.replaceData(data)
		if (resign) this.owe('renew')
	}

	/** The store knows none of the ids that the client sent. */
	notFound(): void {
		this.startAnew()
		this.#untried = []
		this.#unknown = this.sent.map(({sid}) => sid)
	}

	/** What the client's id named a moment ago, before the session got another one: to be read, and nothing else. */
	foundFormer(sid: string, data: Data): void {
		this.#sid = sid
		this.#isNew = false
		this.replaceData(data)
		this.#standing = {is: 'gone'}
	}

	/** The record cannot be read: whoever asks for the data is given `error`. */
	unreadable(error: unknown): void {
		this.#standing = {is: 'unread', error}
	}

	/** Goes on as a session that was never stored. */
	startAnew(): void {
		this.dropData()
		this.#standing = {is: 'new'}
		this.#isNew = true
		this.#sid = undefined
		this.#unknown = []
	}

	/** Goes on under a new id: at once where nothing is stored, otherwise when it is committed. */
	changeId(): void {
		if (this.#standing.is === 'stored') {
			this.#standing = {is: 'regenerated', from: {sid: this.sid, record: this.#standing.record}}
		}
		this.#unknown = []
		this.#sid = undefined
	}

	/** The id that it was to have cannot be used. */
	takeAnotherId(): void {
		this.#sid = undefined
	}

	/** What the store holds was read again; what was changed since is dropped. */
	reread(record: StoreRecord, data: Data): void {
		this.changes.reset()
		this.replaceData(data)
		this.#learn(record)
	}

	/** Takes `theirs` for what the store holds, and keeps what this request has changed beside `settledKey`. */
	rebase(theirs: {readonly record: StoreRecord; readonly data: Data}, settledKey?: string): void {
		if (settledKey !== undefined) this.changes.forget(settledKey)
		const merged = this.changes.mergeInto(theirs.data, this.#data)
		this.changes.rebase(theirs.data)
		this.replaceData(merged)
		// a store need not tell the expiry of a record that it does not extend; it is then the one known before
		const expiresAt = theirs.record.expiresAt ?? this.record?.expiresAt
		this.#learn(expiresAt === undefined ? theirs.record : {...theirs.record, expiresAt})
	}

	/** `data` was written, and is what the store holds now, in `record`. */
	settle(data: Data, record: StoreRecord): void {
		this.#renewAfterWrite()
		if (data !== this.#data) this.replaceData(data)
		this.changes.reset()
		this.#hold(record)
	}

	/** As {@link settle}, under an id that the client has to be told. */
	settleNew(data: Data, record: StoreRecord): void {
		this.settle(data, record)
		this.owe('set')
	}

	/** `key` was written apart from the rest, as the store holds it now. */
	settleKey(key: string, data: Data, record: StoreRecord): void {
		this.#renewAfterWrite()
		this.rebase({record, data}, key)
	}

	/** Nothing was left of the session, and its record is deleted. */
	settleEmptied(): void {
		const {sid} = this
		this.core.recentlyEnded.add(sid)
		this.startAnew()
		this.owe('clear')
		this.core.emit('destroyed', sid, 'no data was left')
	}

	/** A write of this request that failed, and may have been carried out. */
	get doubt(): SessionError | undefined {
		return this.#doubt
	}

	/** Passes on how a write ends, and notes a failure as {@link doubt}. */
	async noting<T>(write: Promise<T>): Promise<T> {
		try {
			const result = await write
			this.#doubt = undefined
			return result
		} catch (error) {
			if (isStoreFailure(error)) this.#doubt = error
			throw error
		}
	}

	/** The session still has its id, as the store has just said. */
	confirm(): void {
		if (this.#standing.is === 'stored') this.#hold(this.#standing.record)
	}

	/** The session was ended elsewhere: this request writes nothing more and sets no cookie. */
	becomeGone(reason = 'destroyed or regenerated by another request'): void {
		this.#standing = {is: 'gone'}
		this.#cookie = undefined
		this.core.emit('gone', this.sid, reason)
	}

	/** Marks what the client has ids of for deletion at the commit, and goes on with a new session. */
	doom(): void {
		const ending = [...this.#stored(), ...this.#untried]
		this.#untried = []
		this.#doomed = [...this.#doomed, ...ending]
		if (ending.length === 0 && this.sent.length > 0) this.owe('clear')
		this.startAnew()
	}

	/** The ids that were marked for deletion; they are given out once. */
	takeDoomed(): readonly string[] {
		const doomed = this.#doomed
		this.#doomed = []
		return doomed
	}

	/** Notes what the response has to tell the client. A cookie that it does not have yet is never merely renewed. */
	owe(cookie: Exclude<CookieDue, undefined>): void {
		if (cookie !== 'renew' || this.#cookie !== 'set') this.#cookie = cookie
	}

	/** A cookie whose life was to be prolonged is left out. */
	leaveOutRenewal(): void {
		if (this.#cookie === 'renew') this.#cookie = undefined
	}

	/** Drops all data and every change. */
	dropData(): void {
		this.replaceData(freshData(this.core))
		this.changes.reset()
	}

	/** Puts `next` in the place of all data. */
	replaceData(next: Data): void {
		if (this.#view === undefined) {
			this.#data = next
			return
		}
		for (const key of Object.keys(this.#data)) if (!Object.hasOwn(next, key)) delete this.#data[key]
		for (const key of Object.keys(next)) define(this.#data, key, next[key])
	}

	/** The ids under which the store has this session. */
	#stored(): readonly string[] {
		switch (this.#standing.is) {
			case 'stored':
				return [this.sid]
			case 'regenerated':
				return [this.#standing.from.sid]
			case 'unread':
			case 'new':
			case 'gone':
				return []
		}
	}

	/** To be called before what was written takes the place of what was there. */
	#renewAfterWrite(): void {
		const {config, now} = this.core
		const isPermanentChanged = this.changes.has(this.#data, PERMANENT)
		if (isPermanentChanged || isCookieDueAfterWrite(config, this.record?.expiresAt, now())) this.owe('renew')
	}

	#hold(record: StoreRecord): void {
		this.#standing = {is: 'stored', record, seenAt: this.core.now()}
	}

	/** The store holds `record`; an id that is to change still is. */
	#learn(record: StoreRecord): void {
		if (this.#standing.is === 'regenerated') {
			this.#standing = {is: 'regenerated', from: {sid: this.#standing.from.sid, record}}
		} else {
			this.#hold(record)
		}
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
