/**
 * Sessions in any Keyv, by default in files (`file-cache.ts`); `SESSION_TYPE: 'keyv'`, in Flask-Session `cachelib`.
 *
 * The value is `{key, expiresAt, revision, payload}` with the payload as base64 text, which every serializer of a Keyv
 * keeps as it is. Keyv can get, set and delete but not compare, so the calls for one key wait for each other inside
 * this process: consistent in one process, not between several (`atomicWrites` is false).
 *
 * Keyv turns errors of its backend into misses; this store switches on its `throwOnErrors`, and takes a miss for an
 * error when the Keyv has emitted `error` meanwhile. Expired values go when the backend of the Keyv lets them go.
 */

import {randomUUID} from 'node:crypto'
import type {SessionStore, StoreContext, StoreRecord} from './contract.js'
import type {StoreFactory} from './factory.js'
import {fileCache} from './file-cache.js'
import {asBuffer} from './support/bytes.js'
import {comparing} from './support/compare.js'
import {systemContext} from './support/context.js'
import {givenStore} from './support/given-store.js'
import {type KeyQueue, keyQueue} from './support/key-queue.js'

/** What is asked of a Keyv (4 or 5). */
export interface KeyvLike {
	get(key: string): Promise<unknown>
	set(key: string, value: unknown, ttlMs?: number): Promise<unknown>
	delete(key: string): Promise<unknown>
}

/** The files that are taken without SESSION_KEYV, to be set up and passed in. */
export {type FileCacheOptions, fileCache} from './file-cache.js'

interface Value {
	readonly key: string
	readonly expiresAt: number
	readonly revision: string
	/** Base64. */
	readonly payload: string
}

type Full = KeyvLike & {
	throwOnErrors?: boolean
	iterator?(): AsyncIterable<readonly [key: string, value: unknown]>
	on?(event: 'error', listener: (error: unknown) => void): unknown
	off?(event: 'error', listener: (error: unknown) => void): unknown
}

const queues = new WeakMap<KeyvLike, KeyQueue>()

/** The store of `SESSION_TYPE: 'keyv'`: a Keyv, another store (such as a `fileCache` of one's own), or files. */
export const createStore: StoreFactory = ({SESSION_KEYV: given}, context) => {
	if (given === undefined) return fileCache({}, context)
	return isStore(given) ? givenStore('SESSION_KEYV', given, context) : keyvStore(given as unknown as KeyvLike, context)
}

/** A store in a Keyv, which stays open when the store is closed. Switches on its `throwOnErrors`, for all its users. */
export function keyvStore(given: KeyvLike, context: StoreContext = systemContext()): SessionStore {
	const keyv: Full = given
	const inTurn = queues.get(keyv) ?? keyQueue()
	queues.set(keyv, inTurn)
	let errors = 0
	let lastError: unknown
	const onError = (error: unknown) => {
		errors += 1
		lastError = error
	}
	if ('throwOnErrors' in keyv) keyv.throwOnErrors = true
	keyv.on?.('error', onError)

	const live = async (key: string) => {
		const errorsBefore = errors
		const value = await keyv.get(key)
		if (value === undefined && errors !== errorsBefore) throw lastError
		return isValue(value) && value.expiresAt > context.now() ? value : undefined
	}
	const put = async (value: Value) => {
		const lifetime = Math.max(Math.ceil(value.expiresAt - context.now()), 1)
		const errorsBefore = errors
		if ((await keyv.set(value.key, value, lifetime)) !== false) return
		throw errors === errorsBefore ? new Error('Keyv did not store the session') : lastError
	}
	const remove = async (key: string) => {
		const errorsBefore = errors
		if ((await keyv.delete(key)) === false && errors !== errorsBefore) throw lastError
	}
	const methods = comparing((key, step) =>
		inTurn(key, () => {
			let found: Value | undefined
			return step({
				async find() {
					found = await live(key)
					return found && toRecord(found)
				},
				async put({payload, expiresAt}) {
					const revision = randomUUID()
					await put({key, expiresAt, revision, payload: asBuffer(payload).toString('base64')})
					return revision
				},
				async extend(expiresAt) {
					if (found !== undefined) await put({...found, expiresAt})
				},
				remove: () => remove(key),
			})
		}),
	)

	return {
		capabilities: {
			atomicWrites: false,
			extendsOnRead: false,
			selfCleaning: false,
			scope: 'process',
			expirySlackMs: 0,
		},

		async read(key) {
			const value = await live(key)
			return value && {...toRecord(value), extended: false}
		},

		...methods,

		...(typeof keyv.iterator === 'function' &&
			({
				async *list({prefix, signal}) {
					for await (const [, value] of keyv.iterator?.() ?? []) {
						signal?.throwIfAborted()
						if (isValue(value) && value.expiresAt > context.now() && value.key.startsWith(prefix)) yield value.key
					}
				},
			} satisfies Pick<SessionStore, 'list'>)),

		async close() {
			keyv.off?.('error', onError)
		},
	}
}

function toRecord({payload, revision, expiresAt}: Value): StoreRecord {
	return {payload: Buffer.from(payload, 'base64'), revision, expiresAt}
}

function isValue(value: unknown): value is Value {
	return typeof value === 'object' && value !== null && 'payload' in value && typeof value.payload === 'string'
}

function isStore(given: object): given is SessionStore {
	return 'read' in given && 'create' in given && 'replace' in given
}
