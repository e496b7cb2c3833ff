import {SessionError} from '../errors.js'
import type {Data} from '../serializers/codec.js'
import {destroy} from './commit/commit.js'
import {hashSid} from './hash-sid.js'
import {load} from './load.js'
import {lock} from './lock.js'
import {clear, regenerate, regenerateEmpty, reload, save} from './operations.js'
import {assertChange} from './options.js'
import type {LockOptions, RegenerateOptions, Session, SessionCallback, SessionMembers} from './session.js'
import {PERMANENT, type SessionState} from './state.js'
import {update} from './update.js'

type Member = (state: SessionState, view: object) => unknown

/** What `ctx.session.<name>` gives for the names that are not data. */
const MEMBERS: Readonly<Record<keyof SessionMembers<object>, Member>> = {
	sid: state => state.sid,
	hash: state => hashSid(state.sid),
	isNew: state => state.isNew,
	permanent: state => state.permanent,
	modified: state => state.hasChanges,
	accessed: state => state.accessed,
	expiresAt: state => state.record?.expiresAt,
	data: state => new Proxy(state.data, new KeysView(state)),
	clear: state => () => clear(state),
	destroy: state => (callback?: SessionCallback) =>
		callBack(
			callback,
			state.turns.run(() => destroy(state)),
		),
	regenerate: state => (options?: RegenerateOptions | SessionCallback) => {
		if (typeof options !== 'function') return state.turns.run(async () => regenerate(state, options))
		return callBack(
			options,
			state.turns.run(async () => regenerateEmpty(state)),
		)
	},
	save: state => (callback?: SessionCallback) =>
		callBack(
			callback,
			state.turns.run(() => save(state), {repeated: true}),
		),
	reload: state => () => state.turns.run(() => reload(state)),
	load: state => () => state.turns.run(() => loadOnce(state)),
	update: state => (key: string, change: (value: unknown) => unknown) => {
		assertDataKey(key)
		assertChange(change)
		return state.turns.run(() => update(state, key, change))
	},
	lock: state => (options?: LockOptions) => state.turns.run(() => lock(state, options)),
}

/** What can be used before `load()`; `then` is asked for by every `await` and `return` of an async function. */
const BEFORE_LOAD: ReadonlySet<string> = new Set(['load', 'destroy', 'accessed', 'then'])

/** What `ctx.session` is: `state.data` with the members in front of it. */
export function sessionOf(state: SessionState): Session {
	return state.viewBy(data => new Proxy(data, new SessionView(state)) as unknown as Session)
}

/**
 * @throws SessionError `ERR_SESSION_RESERVED_KEY` for a name that `ctx.session` uses itself, for `maxAge`, and for
 * `__proto__`
 */
export function assertDataKey(key: string): void {
	if (key === 'maxAge') throw reservedError(key, MAX_AGE)
	if (Object.hasOwn(MEMBERS, key) || key === '__proto__') throw reservedError(key, 'Choose another key.')
}

/** koa-session has this property, and it would be taken for data without a word. */
const MAX_AGE =
	'The lifetime is PERMANENT_SESSION_LIFETIME, one for all sessions; ctx.session.permanent says whether the cookie ' +
	'outlives the browser.'

function reservedError(key: string, advice: string): SessionError {
	const message = `"${key}" cannot be a key of session data: that name is reserved. ${advice}`
	return new SessionError('ERR_SESSION_RESERVED_KEY', message)
}

/** @throws SessionError `ERR_SESSION_NOT_LOADED` with SESSION_LAZY before `load()`, or why the record cannot be read */
export function assertLoaded(state: SessionState): void {
	const {standing} = state
	if (standing.is !== 'unread') return
	if (standing.error !== undefined) throw standing.error
	throw new SessionError(
		'ERR_SESSION_NOT_LOADED',
		'With SESSION_LAZY the session is read on request only: call `await ctx.session.load()` before you use it.',
	)
}

/** `session.data`: reads and writes of keys, each noted. */
class KeysView implements ProxyHandler<Data> {
	constructor(protected readonly state: SessionState) {}

	get(data: Data, key: string | symbol): unknown {
		const value = data[key as string]
		if (typeof value === 'object' && value !== null && typeof key === 'string' && Object.hasOwn(data, key)) {
			this.state.changes.onRead(key, value)
		}
		return value
	}

	set(data: Data, key: string | symbol, value: unknown): boolean {
		if (typeof key === 'symbol') return false
		assertDataKey(key)
		// undefined is nothing that a record can hold: a guard that asks for it must not find null in the next request
		if (value === undefined) return this.deleteProperty(data, key)
		this.state.changes.beforeWrite(data, key)
		data[key] = value
		return true
	}

	deleteProperty(data: Data, key: string | symbol): boolean {
		if (typeof key === 'string' && Object.hasOwn(data, key)) {
			this.state.changes.beforeWrite(data, key)
			delete data[key]
		}
		return true
	}

	defineProperty(data: Data, key: string | symbol, descriptor: PropertyDescriptor): boolean {
		return 'value' in descriptor && this.set(data, key, descriptor.value)
	}

	getOwnPropertyDescriptor(data: Data, key: string | symbol): PropertyDescriptor | undefined {
		if (Object.hasOwn(data, key)) this.get(data, key)
		return Object.getOwnPropertyDescriptor(data, key)
	}

	setPrototypeOf(): boolean {
		return false
	}

	preventExtensions(): boolean {
		return false
	}
}

/** `ctx.session`: the members first, then the data; with SESSION_LAZY nothing but `load()` until it was called. */
class SessionView extends KeysView {
	override get(data: Data, key: string | symbol): unknown {
		if (typeof key === 'symbol') return super.get(data, key)
		if (!BEFORE_LOAD.has(key)) assertLoaded(this.state)
		return Object.hasOwn(MEMBERS, key) ? MEMBERS[key as keyof typeof MEMBERS](this.state, data) : super.get(data, key)
	}

	override set(data: Data, key: string | symbol, value: unknown): boolean {
		assertLoaded(this.state)
		if (key === 'permanent') return super.set(data, PERMANENT, Boolean(value))
		if (key !== 'modified') return super.set(data, key, value)
		this.state.changes.forced = Boolean(value)
		return true
	}

	override deleteProperty(data: Data, key: string | symbol): boolean {
		assertLoaded(this.state)
		return super.deleteProperty(data, key)
	}

	override getOwnPropertyDescriptor(data: Data, key: string | symbol): PropertyDescriptor | undefined {
		assertLoaded(this.state)
		return super.getOwnPropertyDescriptor(data, key)
	}

	has(data: Data, key: string | symbol): boolean {
		assertLoaded(this.state)
		return Object.hasOwn(data, key)
	}

	ownKeys(data: Data): (string | symbol)[] {
		assertLoaded(this.state)
		return Reflect.ownKeys(data)
	}
}

async function loadOnce(state: SessionState): Promise<void> {
	if (state.standing.is === 'unread') await load(state)
	assertLoaded(state)
}

/** Hands the outcome to a callback where one was given, and then does not reject. */
function callBack(callback: SessionCallback | undefined, outcome: Promise<void>): Promise<void> {
	if (callback === undefined) return outcome
	return outcome.then(
		() => callback(),
		error => callback(error),
	)
}
