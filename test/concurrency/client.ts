/** Requests through the real middleware, on a real Koa, whose every step and store call waits for its turn. */

import {AsyncLocalStorage} from 'node:async_hooks'
import Koa from 'koa'
import {SessionError, type SessionStore, type StoreRecord, serverSession} from '../../src/index.js'
import {createCodec} from '../../src/serializers/codec.js'
import {type Cookie, deliver} from '../support/deliver.js'
import {FORMER, type Tell} from './history.js'
import type {Operation, Variant} from './plan.js'
import type {Turn} from './scheduler.js'

/** One request of a run. */
export interface Request {
	/** Unique in its run: names its own keys and values. */
	readonly name: string
	/** The id that the browser sends. */
	readonly cookie: string | undefined
	readonly operations: readonly Operation[]
}

/** An instance of the application. */
export interface Node {
	/** Performs a request, and gives what its response told the browser. */
	perform(request: Request, variant: Variant, turn: Turn, tell: Tell): Promise<Cookie>
	/** The record under an id as it is in the end; it is removed, so that a store does not fill up with thousands of runs. */
	takeRecord(sid: string): Promise<Readonly<Record<string, unknown>> | undefined>
}

/** Every step of a run takes this much time by the clock of the instances: all requests are slow ones. */
export const STEP_MS = 1000

interface Running {
	readonly request: Request
	readonly turn: Turn
	readonly tell: Tell
}

interface TestSession {
	[key: string]: unknown
	nested?: {list: string[]}
	count?: number
}

const running = new AsyncLocalStorage<Running>()
const codec = createCodec('msgpack')

/** Makes an instance over `store`, which stays open. */
export function createNode(store: SessionStore, keyPrefix: string): Node {
	let steps = 0
	const now = () => Date.now() + steps * STEP_MS
	const handlers = new Map<string, ReturnType<Koa['callback']>>()
	const handlerOf = (variant: Variant) => {
		const name = JSON.stringify(variant)
		const handler =
			handlers.get(name) ?? createApp(inTurns(store, keyPrefix, variant), keyPrefix, variant, now).callback()
		handlers.set(name, handler)
		return handler
	}

	return {
		async perform(request, variant, turn, tell) {
			const turnAndTick: Turn = async what => {
				steps = await turn(what)
				return steps
			}
			await turnAndTick('begin')
			tell({is: 'begun', cookie: request.cookie})
			const {status, cookie} = await running.run({request, turn: turnAndTick, tell}, () =>
				deliver(handlerOf(variant), request.cookie),
			)
			tell({is: 'answered', status, cookie})
			return cookie
		},
		async takeRecord(sid) {
			const record = await store.read(keyPrefix + sid)
			if (record) await store.delete(keyPrefix + sid)
			await store.delete(`ended:${keyPrefix}${sid}`)
			return record && codec.decode(record.payload)
		},
	}
}

function createApp(store: SessionStore, keyPrefix: string, {grace, exact}: Variant, now: () => number): Koa {
	const app = new Koa()
	app.silent = true
	app.use(
		serverSession(
			app,
			{
				SESSION_TYPE: 'custom',
				SESSION_STORE: store,
				SESSION_KEY_PREFIX: keyPrefix,
				SESSION_REGENERATE_GRACE: grace ? '1h' : 0,
				SESSION_REFRESH_EACH_REQUEST: exact ? 'exact' : true,
				SESSION_SAVE_ON_ERROR: true,
				SESSION_STORE_TIMEOUT: '1m',
			},
			{now},
		),
	)
	app.use(handle)
	return app
}

async function handle(ctx: Koa.Context): Promise<void> {
	const {request, turn, tell} = running.getStore() as Running
	const {sid, isNew} = ctx.session
	tell({is: 'loaded', sid, isNew})
	for (const [index, operation] of request.operations.entries()) {
		await turn(operation.do)
		tell({is: 'step', what: operation.do})
		if (operation.do === 'throw') {
			tell({is: 'ending', expected: operation.status, dropping: operation.status >= 500})
			ctx.throw(operation.status)
		}
		await operate(ctx, operation, `${request.name}.${index + 1}`, request.name, tell)
	}
	ctx.body = 'done'
	tell({is: 'ending', expected: 200, dropping: false})
}

async function operate(ctx: Koa.Context, operation: Operation, value: string, name: string, tell: Tell): Promise<void> {
	const session = ctx.session as typeof ctx.session & TestSession
	switch (operation.do) {
		case 'set': {
			const key = operation.key === 'own' ? `own ${name}` : operation.key
			session[key] = value
			return tell({is: 'put', key, value: JSON.stringify(value)})
		}
		case 'delete':
			delete session[operation.key]
			return tell({is: 'put', key: operation.key, value: undefined})
		case 'change nested': {
			if (session.nested) session.nested.list.push(value)
			else session.nested = {list: [value]}
			return tell({is: 'put', key: 'nested', value: JSON.stringify(session.nested)})
		}
		case 'update': {
			tell({is: 'updating'})
			const error = await codeOf(async () => {
				await session.update('count' as never, ((count?: number) => (count ?? 0) + 1) as never)
			})
			return tell({is: 'updated', error, sid: session.sid})
		}
		case 'flash':
			ctx.flash(value)
			return tell({is: 'flashed', message: value})
		case 'show flashes':
			return tell({is: 'shown', messages: ctx.flashes() as string[]})
		case 'clear':
			session.clear()
			return tell({is: 'cleared'})
		case 'replace':
			ctx.session = {red: value} as TestSession
			tell({is: 'cleared'})
			return tell({is: 'put', key: 'red', value: JSON.stringify(value)})
		case 'save': {
			tell({is: 'saving'})
			const error = await codeOf(() => session.save())
			return tell({is: 'saved', error, sid: session.sid})
		}
		case 'reload': {
			tell({is: 'reloading'})
			const found = await session.reload()
			return tell({is: 'reloaded', found, sid: session.sid})
		}
		case 'regenerate':
			await session.regenerate()
			return tell({is: 'regenerated', sid: session.sid, keep: undefined})
		case 'regenerate keeping red':
			await session.regenerate({keep: ['red']})
			return tell({is: 'regenerated', sid: session.sid, keep: ['red']})
		case 'destroy': {
			tell({is: 'destroying'})
			const error = await codeOf(() => session.destroy())
			return tell({is: 'destroyed', error, sid: session.sid})
		}
		case 'set to null':
			ctx.session = null
			return tell({is: 'set to null', sid: ctx.session.sid})
	}
}

async function codeOf(action: () => Promise<void>): Promise<string | undefined> {
	try {
		await action()
		return undefined
	} catch (error) {
		return error instanceof SessionError ? error.code : String(error)
	}
}

/** The store, each call of which waits for its turn and tells what it found. */
function inTurns(store: SessionStore, keyPrefix: string, {touches}: Variant): SessionStore {
	async function inTurn<T>(
		what: string,
		key: string,
		call: () => Promise<T>,
		data?: (result: T) => StoreRecord | undefined,
	) {
		const {turn, tell} = running.getStore() as Running
		await turn(what)
		tell({is: 'asked', what})
		const result = await call()
		const record = data?.(result)
		if (key.startsWith(keyPrefix) && data) {
			tell({is: 'read', sid: key.slice(keyPrefix.length), data: record && codec.decode(record.payload)})
		}
		const former = key.startsWith(`ended:${keyPrefix}`) && record && formerData(record.payload)
		if (former) tell({is: 'read', sid: key.slice(`ended:${keyPrefix}`.length), data: former})
		return result
	}
	async function writeInTurn<T extends {readonly outcome: string}>(
		what: string,
		key: string,
		payload: Uint8Array,
		call: () => Promise<T>,
	) {
		// beside another call of the same request, which waits for the turn of both
		if (key.startsWith('ended:')) return call()
		const result = await inTurn(what, key, call)
		const data = codec.decode(payload)
		if (result.outcome === 'written' && data) {
			running.getStore()?.tell({is: 'written', sid: key.slice(keyPrefix.length), data})
		}
		return result
	}
	return {
		capabilities: {...store.capabilities, extendsOnRead: store.capabilities.extendsOnRead && !touches},
		read: (key, options) =>
			inTurn(
				'read',
				key,
				() => store.read(key, options),
				record => record,
			),
		create: (key, entry) => writeInTurn('create', key, entry.payload, () => store.create(key, entry)),
		replace: (key, entry, revision) =>
			writeInTurn('replace', key, entry.payload, () => store.replace(key, entry, revision)),
		touch: (key, expiresAt) => inTurn('touch', key, () => store.touch(key, expiresAt)),
		delete: (key, revision) => inTurn('delete', key, () => store.delete(key, revision)),
		close: async () => {},
	}
}

/** What is left of a session that got another id, marked as such; `undefined` where only its end is noted. */
function formerData(payload: Uint8Array): Record<string, unknown> | undefined {
	if (Buffer.from(payload).toString() === 'ended') return undefined
	const {_flashes, ...data} = codec.decode(payload) ?? {}
	return {...data, [FORMER]: true}
}
