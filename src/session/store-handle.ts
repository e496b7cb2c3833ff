import {isError, SessionError} from '../errors.js'
import type {Extension, FoundRecord, SessionStore, StoreCapabilities, StoreEntry} from '../stores/contract.js'

/** The store as the core uses it: opened when first needed, what a request calls under a deadline, every failure typed. */
export interface StoreHandle extends Pick<SessionStore, 'create' | 'replace' | 'touch' | 'delete' | 'close'> {
	/** As {@link SessionStore.read}; a store that does not extend on reading is sent a `touch`. */
	read(key: string, extend?: Extension): Promise<FoundRecord | undefined>
	/** Opens the store, or waits until it is open. A failed attempt is repeated by the next call. */
	ready(): Promise<void>
	/** Removes expired records; 0 for a store that has nothing to sweep (redis, a Keyv). Has no deadline, but a signal. */
	sweep(signal?: AbortSignal): Promise<number>
	/** What the store declares; `undefined` until it is open. */
	capabilities(): StoreCapabilities | undefined
}

/** What a store handle needs. */
export interface StoreHandleOptions {
	/** Makes the store; called again after it has failed. */
	make(): Promise<SessionStore>
	/** Looks at the store once it is open. @throws SessionError what does not fit the configuration */
	accept(store: SessionStore): void
	/** How long one call may take, opening included, in milliseconds. */
	readonly timeoutMs: number
}

const SWEEP_BATCH = 1000

/** @throws SessionError from each method: `ERR_SESSION_STORE`, `ERR_SESSION_STORE_TIMEOUT`, `ERR_SESSION_CLOSED` */
export function createStoreHandle({make, accept, timeoutMs}: StoreHandleOptions): StoreHandle {
	const closing = new AbortController()
	let made: SessionStore | undefined
	let opened: SessionStore | undefined
	let opening: Promise<SessionStore> | undefined

	async function open(): Promise<SessionStore> {
		made ??= await make()
		assertNotClosed(closing.signal)
		await made.open?.()
		assertNotClosed(closing.signal)
		accept(made)
		opened = made
		return made
	}

	function opener(): Promise<SessionStore> {
		opening ??= open().catch(error => {
			opening = undefined
			throw error
		})
		return opening
	}

	/** Not an async function: this is on the path of every request, and one promise is enough. */
	function call<T>(key: string | undefined, operation: (store: SessionStore) => Promise<T>): Promise<T> {
		return new Promise((resolve, reject) => {
			let expired = false
			const timer = setTimeout(() => {
				expired = true
				reject(timedOut(timeoutMs))
			}, timeoutMs)
			const failed = (error: unknown) => {
				clearTimeout(timer)
				reject(asStoreError(error, key))
			}
			const run = (store: SessionStore) => {
				// the caller has been told that it failed: nothing may happen behind its back
				if (expired) return
				operation(store).then(value => {
					clearTimeout(timer)
					resolve(value)
				}, failed)
			}
			try {
				assertNotClosed(closing.signal)
				if (opened === undefined) opener().then(run).catch(failed)
				else run(opened)
			} catch (error) {
				failed(error)
			}
		})
	}

	return {
		ready: () => call(undefined, async () => {}),
		capabilities: () => opened?.capabilities,
		read: (key, extend) =>
			call(key, store => {
				if (!fits(store, key)) return Promise.resolve(undefined)
				if (extend === undefined || store.capabilities.extendsOnRead) return store.read(key, extend)
				return readThenTouch(store, key, extend)
			}),
		create: (key, entry) => call(key, store => store.create(key, within(store, entry))),
		replace: (key, entry, revision) => call(key, store => store.replace(key, within(store, entry), revision)),
		touch: (key, expiresAt) => call(key, store => store.touch(key, expiresAt)),
		delete: (key, revision) => call(key, store => store.delete(key, revision)),
		sweep: async signal => {
			assertNotClosed(closing.signal)
			const store = await opener()
			const signals = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal])
			let total = 0
			for await (const removed of store.sweep?.({batch: SWEEP_BATCH, signal: signals}) ?? []) total += removed
			return total
		},
		close: async () => {
			if (closing.signal.aborted) return
			closing.abort()
			await withinTime(timeoutMs, made?.close())
		},
	}
}

function assertNotClosed(closing: AbortSignal): void {
	if (!closing.aborted) return
	throw new SessionError('ERR_SESSION_CLOSED', 'The session store was closed: sessions.close() has been called.')
}

/** Waits for `work`, but no longer than `ms`. */
async function withinTime(ms: number, work: Promise<void> | undefined): Promise<void> {
	let timer: NodeJS.Timeout | undefined
	const timeout = new Promise<void>(resolve => {
		timer = setTimeout(resolve, ms)
	})
	await Promise.race([work, timeout]).finally(() => clearTimeout(timer))
}

async function readThenTouch(store: SessionStore, key: string, extend: Extension): Promise<FoundRecord | undefined> {
	const record = await store.read(key)
	if (record === undefined || (record.expiresAt ?? 0) >= extend.ifBefore) return record
	if (!(await store.touch(key, extend.to))) return undefined
	const {expiresAt: previousExpiresAt} = record
	return {...record, expiresAt: extend.to, extended: true, ...(previousExpiresAt !== undefined && {previousExpiresAt})}
}

/** Whether the store can have a record under `key`: a client may send a longer id than this instance makes. */
function fits({capabilities: {maxKeyBytes}}: SessionStore, key: string): boolean {
	return maxKeyBytes === undefined || key.length <= maxKeyBytes
}

function within(store: SessionStore, entry: StoreEntry): StoreEntry {
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
	const error = isError(cause) ? cause : new Error(String(cause))
	const clean = (text: string) => (key === undefined ? text : text.replaceAll(key, '<key>'))
	const copy: Error & {code?: unknown} = new Error(clean(error.message))
	copy.name = error.name
	copy.stack = clean(error.stack ?? '')
	if ('code' in error) copy.code = error.code
	return copy
}
