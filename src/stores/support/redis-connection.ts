/**
 * Whether a client is connected, and the wait until it is.
 *
 * A command is handed to a client only while that is connected. What a client keeps for later it sends when nobody
 * waits any more, and of a command that failed in its queue nobody knows whether it was sent.
 */

import type {RedisClient} from './redis-client.js'

/** The connection of a client, as far as the client shows it. */
export interface RedisConnection {
	/** Whether the client takes a command at once. */
	isReady(): boolean
	/** Resolves when it does; rejects when the next attempt to connect has failed, or the client was ended. */
	ready(): Promise<void>
	/** Another object after each reconnection, where the client shows it. */
	socket(): unknown
	/** Why it was lost, where that is known. */
	lastError?(): unknown
}

type Listener = (error?: unknown) => void

/** What tells of the connection in ioredis (`status`, `stream`) and in node-redis (`isOpen`, `isReady`). */
interface Connectable {
	readonly status?: string
	readonly stream?: {readonly writable: boolean}
	readonly isOpen?: boolean
	readonly isReady?: boolean
	getMasterNode?(): unknown
	connect(): Promise<unknown>
	on(event: string, listener: Listener): unknown
	off(event: string, listener: Listener): unknown
	listenerCount(event: string): number
}

const UNKNOWN: RedisConnection = {isReady: () => true, ready: async () => {}, socket: () => undefined}

/** The connection of a client. Pools, Sentinels and clusters of node-redis show none, and count as ready. */
export function connectionOf(given: RedisClient): RedisConnection {
	const client = given as unknown as Connectable
	if (typeof client.status === 'string') return ofIoredis(client)
	if (typeof client.isReady === 'boolean' && client.getMasterNode === undefined) return ofNodeRedis(client)
	return UNKNOWN
}

function ofIoredis(client: Connectable): RedisConnection {
	return {
		// a cluster has no stream; that of one server is no longer writable once it is being left
		isReady: () => client.status === 'ready' && client.stream?.writable !== false,
		ready: shared(async () => {
			if (client.status === 'end') throw new Error('The client was ended')
			// with `lazyConnect` the first command connects
			if (client.status === 'wait') client.connect().catch(() => {})
			await nextOf(client, 'ready', ['close', 'end'])
		}),
		socket: () => client.stream,
	}
}

function ofNodeRedis(client: Connectable): RedisConnection {
	return {
		isReady: () => client.isReady === true,
		ready: shared(async () => {
			if (!client.isOpen) throw new Error('The client is closed')
			await nextOf(client, 'ready', ['reconnecting', 'end'])
		}),
		socket: () => undefined,
	}
}

/** Calls that overlap share one run. */
function shared(run: () => Promise<void>): () => Promise<void> {
	let running: Promise<void> | undefined
	return () => {
		running ??= run().finally(() => {
			running = undefined
		})
		return running
	}
}

/** Resolves with the event `good`; rejects with the first of `bad`, and names the error that the client has told. */
function nextOf(client: Connectable, good: string, bad: readonly string[]): Promise<void> {
	return new Promise((resolve, reject) => {
		let reason: unknown
		const note: Listener = error => {
			reason = error
		}
		const succeed: Listener = () => settle(resolve)
		const fail: Listener = () => settle(() => reject(reason ?? new Error('The connection could not be made')))
		const settle = (how: () => void) => {
			client.off(good, succeed)
			for (const event of bad) client.off(event, fail)
			client.off('error', note)
			how()
		}
		client.on(good, succeed)
		for (const event of bad) client.on(event, fail)
		// a client to whose errors nobody listens says so in its own way: listening would hide that
		if (client.listenerCount('error') > 0) client.on('error', note)
	})
}
