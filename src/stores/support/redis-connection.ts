/**
 * Whether a client is connected, and the wait until it is.
 *
 * A command is handed to a client only while that is connected. What a client keeps for later it sends when nobody
 * waits any more, and of a command that failed in its queue nobody knows whether it was sent.
 */

/** The connection of a client, as far as the client shows it. */
export interface RedisConnection {
	/** Whether the client takes a command at once. */
	isReady(): boolean
	/** Resolves when it does. Rejects when it has been away for too long: a short interruption is waited for, once. */
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

/** What the two clients say of themselves, each in its way. */
interface Link {
	isReady(): boolean
	isEnded(): boolean
	socket?(): unknown
	/** Has a client connect that waits for its first command. */
	begin?(): void
}

const UNKNOWN: RedisConnection = {isReady: () => true, ready: async () => {}, socket: () => undefined}

/**
 * The connection of a client. Pools, Sentinels and clusters of node-redis show none, and count as ready.
 *
 * @param timeoutMs a client that has been away for half of it is not waited for any more
 */
export function connectionOf(given: object, timeoutMs: number): RedisConnection {
	const client = given as unknown as Connectable
	if (typeof client.status === 'string') return watched(client, ofIoredis(client), timeoutMs / 2)
	if (typeof client.isReady === 'boolean' && client.getMasterNode === undefined) {
		return watched(client, ofNodeRedis(client), timeoutMs / 2)
	}
	return UNKNOWN
}

function ofIoredis(client: Connectable): Link {
	return {
		// a cluster has no stream; that of one server is no longer writable once it is being left
		isReady: () => client.status === 'ready' && client.stream?.writable !== false,
		isEnded: () => client.status === 'end',
		socket: () => client.stream,
		begin() {
			if (client.status === 'wait') client.connect().catch(() => {})
		},
	}
}

function ofNodeRedis(client: Connectable): Link {
	return {isReady: () => client.isReady === true, isEnded: () => client.isOpen === false}
}

function watched(client: Connectable, link: Link, patienceMs: number): RedisConnection {
	let awaySince: number | undefined
	let reason: unknown
	let coming: Promise<void> | undefined

	/** Resolves when the client is ready, and rejects when it was ended or `ms` are over. */
	function ready(ms: number): Promise<void> {
		return new Promise((resolve, reject) => {
			const end = (how: () => void) => () => {
				clearTimeout(timer)
				for (const [event, listener] of listeners) client.off(event, listener)
				coming = undefined
				how()
			}
			const fail = end(() => reject(reason ?? new Error('it cannot be reached')))
			const timer = setTimeout(fail, ms)
			const listeners: [string, Listener][] = [
				['ready', end(resolve)],
				['end', fail],
			]
			const note: Listener = error => {
				reason = error
			}
			// a client to whose errors nobody listens says so in its own way: listening would hide that
			if (client.listenerCount('error') > 0) listeners.push(['error', note])
			for (const [event, listener] of listeners) client.on(event, listener)
		})
	}

	return {
		isReady() {
			if (!link.isReady()) return false
			awaySince = undefined
			return true
		},
		async ready() {
			if (link.isEnded()) throw new Error('the client was closed')
			awaySince ??= performance.now()
			const left = awaySince + patienceMs - performance.now()
			if (left <= 0) throw reason ?? new Error('it cannot be reached')
			link.begin?.()
			coming ??= ready(left)
			return coming
		},
		socket: () => link.socket?.(),
	}
}
