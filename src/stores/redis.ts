/**
 * Sessions in redis (6.2 or later, also as Sentinels or a cluster), in the layout of Flask-Session: one string for each
 * key, the value is the payload, the expiry is that of redis. An empty string counts as absent.
 *
 * Each method is one command, so one round trip, and redis runs one command at a time: `SET .. NX` creates, `SET .. XX`
 * replaces, and what depends on a revision is a script that compares and writes. Every write carries its expiry.
 *
 * The revision is the stored value itself: reading it costs nothing, comparing it is exact, and nothing is added to
 * the layout. Sending it back costs the processors, here and in redis, about what a hash of it would.
 */

import {setTimeout as sleep} from 'node:timers/promises'
import type {DeleteResult, Revision, Store, StoreContext, StoredRecord} from './contract.js'
import type {StoreFactory} from './factory.js'
import {asBuffer} from './support/bytes.js'
import {systemContext} from './support/context.js'
import {importPeer} from './support/peer-package.js'
import {type RedisClient, type RedisCommands, redisCommands, redisScript} from './support/redis-client.js'

export type {RedisClient} from './support/redis-client.js'

/** Options of {@link redisStore}: one of the two, or none for a redis on this host. */
export interface RedisStoreOptions {
	/** A connected client of ioredis or node-redis. It stays open when the store is closed. */
	readonly client?: RedisClient | undefined
	/** Where a client of the store's own connects to, by the package `ioredis`. @default 'redis://127.0.0.1:6379' */
	readonly url?: string | undefined
}

const REPLACE = redisScript(`
local value = redis.call('GET', KEYS[1])
if not value or value == '' then return 0 end
if value ~= ARGV[1] then return value end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`)

const DELETE = redisScript(`
local value = redis.call('GET', KEYS[1])
if not value or value == '' then return 0 end
if value ~= ARGV[1] then return value end
return redis.call('DEL', KEYS[1])`)

const READ_AND_EXTEND = redisScript(`
local value = redis.call('GET', KEYS[1])
if not value or value == '' then return false end
local left = redis.call('PTTL', KEYS[1])
if left >= 0 and left < tonumber(ARGV[2]) then
	redis.call('PEXPIRE', KEYS[1], ARGV[1])
	return {value}
end
return {value, left}`)

const QUIT_WITHIN_MS = 1000

const SCRIPTS = [REPLACE, DELETE, READ_AND_EXTEND]

/** The store of `SESSION_TYPE: 'redis'`. */
export const createStore: StoreFactory = ({SESSION_REDIS: given}, context) =>
	redisStore(typeof given === 'string' ? {url: given} : {client: given}, context)

/**
 * A store in redis.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` when `client` is none; `ERR_SESSION_PACKAGE_MISSING` from `open` when a
 * client of its own is needed and `ioredis` is not installed
 */
export function redisStore(options: RedisStoreOptions = {}, context: StoreContext = systemContext()): Store {
	let own: OwnClient | undefined
	let redis = redisCommands(options.client ?? NOT_OPEN)
	const lifetimeTo = (expiresAt: number) => Math.ceil(expiresAt - context.now())

	return {
		capabilities: {atomicWrites: true, extendsOnRead: true, selfCleaning: true, scope: 'network'},

		async open() {
			if (options.client === undefined && own === undefined) {
				own = await connect(options.url ?? 'redis://127.0.0.1:6379', context)
				redis = redisCommands(own)
			}
			await redis.ping()
			// not needed for anything but speed, and a user of redis may not be allowed to
			await Promise.allSettled(SCRIPTS.map(script => redis.load(script)))
		},

		async read(key, options) {
			const extendTo = options?.extendTo
			if (extendTo === undefined) return recordOf(await redis.get(key))
			const lifetime = lifetimeTo(extendTo)
			if (options?.extendIfBefore === undefined && lifetime > 0) {
				return recordOf(await redis.getAndExpire(key, lifetime), extendTo)
			}
			const due = options?.extendIfBefore === undefined ? Number.MAX_SAFE_INTEGER : lifetimeTo(options.extendIfBefore)
			const reply = (await redis.run(READ_AND_EXTEND, key, lifetime, due)) as [Buffer, left?: number | string] | null
			if (reply === null) return undefined
			const left = Number(reply[1] ?? 0)
			return recordOf(reply[0], reply.length === 1 ? extendTo : left < 0 ? undefined : context.now() + left)
		},

		async create(key, {payload, expiresAt}) {
			const lifetime = lifetimeTo(expiresAt)
			const taken = lifetime > 0 ? !(await redis.set(key, asBuffer(payload), lifetime, 'NX')) : await redis.get(key)
			return taken ? {outcome: 'conflict'} : {outcome: 'written', revision: payload}
		},

		async replace(key, {payload, expiresAt}, revision) {
			const lifetime = lifetimeTo(expiresAt)
			const written = {outcome: 'written', revision: payload} as const
			if (lifetime <= 0) {
				const result = await remove(redis, key, revision)
				return result.outcome === 'deleted' ? written : result
			}
			if (revision === undefined) {
				return (await redis.set(key, asBuffer(payload), lifetime, 'XX')) ? written : {outcome: 'gone'}
			}
			const reply = await redis.run(REPLACE, key, bytesOf(revision), asBuffer(payload), lifetime)
			return Buffer.isBuffer(reply) ? conflict(reply) : Number(reply) === 1 ? written : {outcome: 'gone'}
		},

		async touch(key, expiresAt) {
			return Number(await redis.expire(key, lifetimeTo(expiresAt))) === 1
		},

		delete(key, revision) {
			return remove(redis, key, revision)
		},

		async *list({prefix, signal}) {
			for await (const key of redis.scan(prefix)) {
				signal?.throwIfAborted()
				yield key
			}
		},

		async close() {
			if (own?.status === 'ready') {
				// a redis that hangs must not keep the process from ending
				await Promise.race([own.quit(), sleep(QUIT_WITHIN_MS, undefined, {ref: false})]).catch(() => undefined)
			}
			own?.disconnect()
		},
	}
}

async function remove(redis: RedisCommands, key: string, revision: Revision | undefined): Promise<DeleteResult> {
	const reply = revision === undefined ? await redis.remove(key) : await redis.run(DELETE, key, bytesOf(revision))
	if (Buffer.isBuffer(reply)) return conflict(reply)
	return Number(reply) === 1 ? {outcome: 'deleted'} : {outcome: 'gone'}
}

function recordOf(value: Buffer | null, expiresAt?: number): StoredRecord | undefined {
	if (value === null || value.length === 0) return undefined
	return expiresAt === undefined ? {payload: value, revision: value} : {payload: value, revision: value, expiresAt}
}

function conflict(value: Buffer) {
	return {outcome: 'conflict', current: {payload: value, revision: value}} as const
}

function bytesOf(revision: Revision): Buffer {
	return revision instanceof Uint8Array ? asBuffer(revision) : Buffer.from(String(revision))
}

/** Stands for the client of the store's own until `open` has made it. */
const NOT_OPEN: RedisClient = {
	sendCommand: async () => {
		throw new Error('The redis store is used before it was opened')
	},
}

interface OwnClient {
	readonly status: string
	readonly callBuffer: (...args: never[]) => unknown
	quit(): Promise<unknown>
	disconnect(): void
}

async function connect(url: string, {warn}: StoreContext): Promise<OwnClient> {
	const {Redis} = await importPeer('ioredis', () => import('ioredis'))
	// While redis is down a command fails with the first failed reconnection: it must not wait and be run much later.
	const client = new Redis(url, {maxRetriesPerRequest: 1})
	client.on('error', error =>
		warn(`The connection to redis failed (${error.message}); it is tried again.`, 'KSS_REDIS_CONNECTION'),
	)
	return client
}
