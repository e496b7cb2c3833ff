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
import type {DeleteResult, FoundRecord, Revision, SessionStore, StoreContext} from './contract.js'
import type {StoreFactory} from './factory.js'
import {asBuffer} from './support/bytes.js'
import {clientOf} from './support/client.js'
import {systemContext} from './support/context.js'
import {importPeer} from './support/peer-package.js'
import {type RedisClient, type RedisCommands, redisCommands, redisScript} from './support/redis-client.js'
import {bytesOf, conflictWith, recordOf} from './support/revision.js'

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
export function redisStore(options: RedisStoreOptions = {}, context: StoreContext = systemContext()): SessionStore {
	const client = clientOf<RedisClient>({
		given: options.client,
		make: () => connect(options.url ?? 'redis://127.0.0.1:6379', context),
		end: own => end(own as unknown as OwnClient),
	})
	let redis = options.client && redisCommands(options.client)
	const commands = (): RedisCommands => {
		redis ??= redisCommands(client.get())
		return redis
	}
	const lifetimeTo = (expiresAt: number) => Math.max(Math.ceil(expiresAt - context.now()), 1)

	return {
		capabilities: {
			atomicWrites: true,
			extendsOnRead: true,
			selfCleaning: true,
			scope: 'network',
			expirySlackMs: 0,
		},

		async open() {
			await client.open()
			await commands().ping()
			// not needed for anything but speed, and a user of redis may not be allowed to
			await Promise.allSettled(SCRIPTS.map(script => commands().load(script)))
		},

		async read(key, extend) {
			if (extend === undefined) return found(await commands().get(key))
			const lifetime = lifetimeTo(extend.to)
			if (extend.ifBefore === Number.POSITIVE_INFINITY) {
				return found(await commands().getAndExpire(key, lifetime), extend.to, true)
			}
			const reply = await commands().run(READ_AND_EXTEND, key, lifetime, lifetimeTo(extend.ifBefore))
			if (reply === null) return undefined
			const [value, left = -1] = reply as [Buffer, left?: number | string]
			if ((reply as unknown[]).length === 1) return found(value, extend.to, true)
			return found(value, Number(left) < 0 ? undefined : context.now() + Number(left))
		},

		async create(key, {payload, expiresAt}) {
			const stored = await commands().set(key, asBuffer(payload), lifetimeTo(expiresAt), 'NX')
			return stored ? {outcome: 'written', revision: payload} : {outcome: 'conflict'}
		},

		async replace(key, {payload, expiresAt}, revision) {
			const lifetime = lifetimeTo(expiresAt)
			const written = {outcome: 'written', revision: payload} as const
			if (revision === undefined) {
				return (await commands().set(key, asBuffer(payload), lifetime, 'XX')) ? written : {outcome: 'gone'}
			}
			const reply = await commands().run(REPLACE, key, bytesOf(revision), asBuffer(payload), lifetime)
			return Buffer.isBuffer(reply) ? conflictWith(reply) : Number(reply) === 1 ? written : {outcome: 'gone'}
		},

		async touch(key, expiresAt) {
			return Number(await commands().expire(key, lifetimeTo(expiresAt))) === 1
		},

		delete(key, revision) {
			return remove(commands(), key, revision)
		},

		async *list({prefix, signal}) {
			for await (const key of commands().scan(prefix)) {
				if (signal?.aborted) return
				yield key
			}
		},

		close: () => client.close(),
	}
}

async function remove(redis: RedisCommands, key: string, revision: Revision | undefined): Promise<DeleteResult> {
	const reply = revision === undefined ? await redis.remove(key) : await redis.run(DELETE, key, bytesOf(revision))
	if (Buffer.isBuffer(reply)) return conflictWith(reply)
	return Number(reply) === 1 ? {outcome: 'deleted'} : {outcome: 'gone'}
}

function found(value: Buffer | null, expiresAt?: number, extended = false): FoundRecord | undefined {
	const record = recordOf(value, expiresAt)
	return record && {...record, extended}
}

interface OwnClient {
	readonly status: string
	quit(): Promise<unknown>
	disconnect(): void
}

/** A redis that hangs must not keep the process from ending. */
async function end(client: OwnClient): Promise<void> {
	if (client.status === 'ready') {
		await Promise.race([client.quit(), sleep(QUIT_WITHIN_MS, undefined, {ref: false})]).catch(() => undefined)
	}
	client.disconnect()
}

async function connect(url: string, {warn}: StoreContext): Promise<RedisClient> {
	const {Redis} = await importPeer('ioredis', () => import('ioredis'))
	// While redis is down a command fails with the first failed reconnection: it must not wait and be run much later.
	const client = new Redis(url, {maxRetriesPerRequest: 1})
	client.on('error', error =>
		warn(`The connection to redis failed (${error.message}); it is tried again.`, 'KSS_REDIS_CONNECTION'),
	)
	return client as unknown as RedisClient
}
