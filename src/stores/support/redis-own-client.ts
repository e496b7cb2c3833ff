/**
 * The client that the redis store makes itself, by ioredis, with the settings that its promises need.
 *
 * - It repeats nothing by itself, and keeps nothing for later: `autoResendUnfulfilledCommands`, `enableOfflineQueue` and
 *   `maxRetriesPerRequest` off.
 * - It leaves a connection that is dead without saying so, and one to a server that has become a replica.
 */

import {setTimeout as sleep} from 'node:timers/promises'
import type {Redis} from 'ioredis'
import type {StoreContext} from '../contract.js'
import {gathering} from './gather-writes.js'
import {importPeer} from './peer-package.js'
import {type RedisClient, type RedisCommands, redisCommands} from './redis-client.js'
import {connectionOf} from './redis-connection.js'
import {replyCode} from './redis-errors.js'
import {guardOf, type RedisGuard} from './redis-guard.js'

/** The commands of a client, and its end. */
export interface RedisLink {
	readonly commands: RedisCommands
	end(): Promise<void>
}

const QUIT_WITHIN_MS = 1000
const RECONNECT_AFTER_AT_MOST_MS = 1000
/** How often the connection is looked at within the deadline. */
const LOOKS = 8

/**
 * Begins to connect to `url`.
 *
 * @throws {SessionError} `ERR_SESSION_PACKAGE_MISSING` when `ioredis` is not installed
 */
export async function connectOwnClient(url: string, {timeoutMs, warn}: StoreContext): Promise<RedisLink> {
	const ioredis = await importPeer('ioredis', () => import('ioredis'))
	const client = new ioredis.Redis(url, {
		autoResendUnfulfilledCommands: false,
		enableOfflineQueue: false,
		maxRetriesPerRequest: 0,
		connectTimeout: timeoutMs,
		retryStrategy: attempts => Math.min(attempts * 50, RECONNECT_AFTER_AT_MOST_MS),
		// after a failover behind one address the old connection leads to what is a replica now
		reconnectOnError: error => replyCode(error) === 'READONLY',
	})
	let lastError: Error | undefined
	client.on('ready', () => {
		lastError = undefined
	})
	client.on('error', error => {
		lastError = error
		warn(`The connection to redis failed (${error.message}); it is tried again.`, 'KSS_REDIS_CONNECTION')
	})
	const connection = {...connectionOf(client as unknown as RedisClient, timeoutMs), lastError: () => lastError}
	const guard = guardOf(connection)
	const watch = leaveWhenSilent(client, guard, timeoutMs)
	return {
		commands: redisCommands(
			client as unknown as RedisClient,
			gathering(() => client.stream, guard),
		),
		async end() {
			clearInterval(watch)
			await end(client)
		},
	}
}

/**
 * Leaves a connection on which commands wait and none has been answered for `timeoutMs`: the host at its other end may
 * be gone, and the kernel would take a quarter of an hour to notice. (The `socketTimeout` of ioredis 5.11 outlives the
 * connection that it was set for, and ends the next one.)
 *
 * It looks several times, because after a standstill of this process one look may come before replies that are there.
 */
function leaveWhenSilent(client: Redis, guard: RedisGuard, timeoutMs: number): NodeJS.Timeout {
	let settled = 0
	let looks = 0
	const look = () => {
		looks = guard.underWay() > 0 && guard.settled() === settled ? looks + 1 : 0
		settled = guard.settled()
		if (looks < LOOKS) return
		looks = 0
		const error = new Error(`redis has not answered for ${timeoutMs} ms`)
		client.stream?.destroy(Object.assign(error, {code: 'ETIMEDOUT'}))
	}
	return setInterval(look, timeoutMs / LOOKS).unref()
}

/** A redis that hangs must not keep the process from ending. */
async function end(client: Redis): Promise<void> {
	if (client.status === 'ready') {
		await Promise.race([client.quit(), sleep(QUIT_WITHIN_MS, undefined, {ref: false})]).catch(() => undefined)
	}
	client.disconnect()
}
