/** Opens a store, closes it, and makes calls of it: each under a deadline, repeated where that helps, its failure typed. */

import {SessionError} from '../errors.js'
import type {RetryableError, SessionStore} from '../stores/contract.js'
import {asStoreError} from './store-error.js'

/** What is asked of a store; `before` failed, and may have been carried out all the same. */
export type Operation<T> = (store: SessionStore, before?: SessionError) => Promise<T>

/** What a {@link StoreCaller} needs. */
export interface StoreCallerOptions {
	/** Makes the store; called again after it has failed. */
	make(): Promise<SessionStore>
	/** Looks at the store once it is open. @throws SessionError what does not fit the configuration */
	accept(store: SessionStore): void
	/** What an error calls the store: the SESSION_TYPE. */
	readonly name: string
	/** How long one call may take, opening included, in milliseconds. */
	readonly timeoutMs: number
}

/** The way to a store. */
export interface StoreCaller {
	/**
	 * @param method names the call in an error
	 * @param repeatable whether it does no harm when it is carried out twice
	 */
	call<T>(method: string, operation: Operation<T>, repeatable?: boolean): Promise<T>
	/** The store once it is open, however long that takes. */
	whenOpen(): Promise<SessionStore>
	/** The store, when it is open. */
	opened(): SessionStore | undefined
	/** Aborted when the store is closed. */
	readonly closing: AbortSignal
	close(): Promise<void>
}

/** How often a call is made that fails in a way that the store calls retryable. */
const MAX_ATTEMPTS = 4

/** Before the second attempt, at most, in milliseconds; it doubles. The pause is random, for others have failed too. */
const PAUSE_MS = 25

/** Makes no connection until the first call. */
export function createStoreCaller({make, accept, name, timeoutMs}: StoreCallerOptions): StoreCaller {
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
	function call<T>(method: string, operation: Operation<T>, repeatable = true): Promise<T> {
		return new Promise((resolve, reject) => {
			const where = `${name}: ${method}`
			let expired = false
			let attempts = 0
			const timer = setTimeout(() => {
				expired = true
				reject(timedOut(where, timeoutMs))
			}, timeoutMs)
			const done = (value: T) => {
				clearTimeout(timer)
				resolve(value)
			}
			const failed = (error: unknown) => {
				const typed = asStoreError(error, where)
				if (opened && repeatable && attempts < MAX_ATTEMPTS && isRetryable(error)) {
					setTimeout(run, Math.random() * PAUSE_MS * 2 ** (attempts - 1), opened, typed)
					return
				}
				clearTimeout(timer)
				reject(typed)
			}
			const run = (store: SessionStore, before?: SessionError) => {
				// the caller has been told that it failed: nothing may happen behind its back
				if (expired) return
				attempts += 1
				try {
					operation(store, before).then(done, failed)
				} catch (error) {
					failed(error)
				}
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
		call,
		opened: () => opened,
		closing: closing.signal,
		async whenOpen() {
			assertNotClosed(closing.signal)
			return opener()
		},
		async close() {
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

function isRetryable(error: unknown): boolean {
	return (error as Partial<RetryableError> | null | undefined)?.retryable === true
}

function timedOut(where: string, timeoutMs: number): SessionError {
	return new SessionError(
		'ERR_SESSION_STORE_TIMEOUT',
		`The session store did not answer within ${timeoutMs} ms (${where}; SESSION_STORE_TIMEOUT).`,
	)
}
