import {SessionError} from '../errors.js'
import type {Capabilities, Store, StoredRecord} from '../stores/contract.js'
import {createDeadlines} from './deadlines.js'

/** The store as the core uses it: opened when first needed, what a request calls under a deadline, every failure typed. */
export interface StoreHandle extends Pick<Store, 'read' | 'create' | 'replace' | 'touch' | 'delete' | 'close'> {
	/** Opens the store, or waits until it is open. A failed attempt is repeated by the next call. */
	ready(): Promise<void>
	/** Removes expired records; 0 for a store that has nothing to sweep (redis, a Keyv). Has no deadline, but a signal. */
	sweep(signal?: AbortSignal): Promise<number>
	/** What the store declares; `undefined` until it is open. */
	capabilities(): Capabilities | undefined
}

const SWEEP_BATCH = 1000

/**
 * @param open makes the store; called again after it has failed
 * @param timeoutMs how long one call may take, opening included
 */
export function createStoreHandle(open: () => Promise<Store>, timeoutMs: number): StoreHandle {
	const deadlines = createDeadlines(timeoutMs)
	let opened: Store | undefined
	let opening: Promise<Store> | undefined
	let closed = false

	function opener(): Promise<Store> {
		opening ??= open().then(
			async store => {
				if (closed) await store.close()
				opened = store
				return store
			},
			error => {
				opening = undefined
				throw error
			},
		)
		return opening
	}

	/** Not an async function: this is on the path of every request, and one promise is enough. */
	function call<T>(key: string | undefined, operation: (store: Store) => Promise<T>): Promise<T> {
		return new Promise((resolve, reject) => {
			const stop = deadlines.start(() => reject(timedOut(timeoutMs)))
			const done = (value: T) => {
				stop()
				resolve(value)
			}
			const failed = (error: unknown) => {
				stop()
				reject(asStoreError(error, key))
			}
			try {
				const result = opened === undefined ? opener().then(operation) : operation(opened)
				result.then(done, failed)
			} catch (error) {
				failed(error)
			}
		})
	}

	return {
		ready: () => call(undefined, async () => {}),
		capabilities: () => opened?.capabilities,
		read: (key, options) =>
			call(key, store => {
				if (options?.extendTo === undefined || store.capabilities.extendsOnRead) return store.read(key, options)
				return readThenTouch(store, key, options.extendTo, options.extendIfBefore)
			}),
		create: (key, entry) => call(key, store => store.create(key, within(store, entry))),
		replace: (key, entry, revision) => call(key, store => store.replace(key, within(store, entry), revision)),
		touch: (key, expiresAt) => call(key, store => store.touch(key, expiresAt)),
		delete: (key, revision) => call(key, store => store.delete(key, revision)),
		sweep: async signal => {
			const store = await opener()
			let total = 0
			while (store.sweep && !signal?.aborted) {
				const removed = await store.sweep({limit: SWEEP_BATCH, ...(signal && {signal})})
				total += removed
				if (removed < SWEEP_BATCH) break
			}
			return total
		},
		close: async () => {
			if (closed) return
			closed = true
			const store = opened ?? (await opening?.catch(() => undefined))
			await store?.close()
		},
	}
}

async function readThenTouch(store: Store, key: string, extendTo: number, extendIfBefore = Number.POSITIVE_INFINITY) {
	const record: StoredRecord | undefined = await store.read(key)
	if (record === undefined || (record.expiresAt ?? 0) >= extendIfBefore) return record
	return (await store.touch(key, extendTo)) ? {...record, expiresAt: extendTo} : undefined
}

function within<E extends {readonly payload: Uint8Array}>(store: Store, entry: E): E {
	const {maxPayloadBytes = Number.POSITIVE_INFINITY} = store.capabilities
	if (entry.payload.byteLength <= maxPayloadBytes) return entry
	throw new SessionError(
		'ERR_SESSION_PAYLOAD_TOO_LARGE',
		`The session takes ${entry.payload.byteLength} bytes and this store holds at most ${maxPayloadBytes}. ` +
			'Nothing was stored. Keep large values elsewhere and their names in the session.',
	)
}

function timedOut(timeoutMs: number): SessionError {
	return new SessionError(
		'ERR_SESSION_STORE_TIMEOUT',
		`The session store did not answer within ${timeoutMs} ms (SESSION_STORE_TIMEOUT).`,
	)
}

function asStoreError(cause: unknown, key: string | undefined): SessionError {
	if (cause instanceof SessionError) return cause
	const code: unknown = (cause as {code?: unknown} | undefined)?.code
	const how = typeof code === 'string' ? ` (${code})` : ''
	return new SessionError('ERR_SESSION_STORE', `The session store failed${how}; error.cause says more.`, {
		cause: withoutKey(cause, key),
	})
}

/**
 * What may be logged of an error of a client: its name, code, message and stack, without the key of the session. Its
 * other properties are left out: ioredis puts the whole command there, with the id and the data.
 */
function withoutKey(cause: unknown, key: string | undefined): Error {
	const error = cause instanceof Error ? cause : new Error(String(cause))
	const clean = (text: string) => (key === undefined ? text : text.replaceAll(key, '<key>'))
	const copy: Error & {code?: unknown} = new Error(clean(error.message))
	copy.name = error.name
	copy.stack = clean(error.stack ?? '')
	if ('code' in error) copy.code = error.code
	return copy
}
