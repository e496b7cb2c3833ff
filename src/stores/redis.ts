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

import type {DeleteResult, Extension, FoundRecord, Revision, SessionStore, StoreContext} from './contract.js'
import type {StoreFactory} from './factory.js'
import {asBuffer} from './support/bytes.js'
import {clientOf} from './support/client.js'
import {systemContext} from './support/context.js'
import {type RedisClient, type RedisCommands, redisCommands, redisScript} from './support/redis-client.js'
import {connectionOf} from './support/redis-connection.js'
import type {RedisFailure} from './support/redis-errors.js'
import {guardOf} from './support/redis-guard.js'
import {connectOwnClient, type RedisLink} from './support/redis-own-client.js'
import {faultOfSettings} from './support/redis-settings.js'
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

/** Without a second argument the expiry always moves. The third value of the reply says that it has. */
const READ_AND_EXTEND = redisScript(
	`
local left = redis.call('PTTL', KEYS[1])
if ARGV[2] and (left < 0 or left >= tonumber(ARGV[2])) then
	return {redis.call('GET', KEYS[1]), left}
end
return {redis.call('GETEX', KEYS[1], 'PX', ARGV[1]), left, 1}`,
	{isRepeatable: true},
)

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
	const link = clientOf<RedisLink>({
		given: options.client && linkTo(options.client, context),
		make: () => connectOwnClient(options.url ?? 'redis://127.0.0.1:6379', context),
		end: own => own.end(),
	})
	const commands = () => link.get().commands
	const lifetimeTo = (expiresAt: number) => Math.max(Math.ceil(expiresAt - context.now()), 1)

	async function readAndExtend(key: string, {to, ifBefore}: Extension): Promise<FoundRecord | undefined> {
		const limits = ifBefore === Number.POSITIVE_INFINITY ? [] : [lifetimeTo(ifBefore)]
		const reply = await commands().run(READ_AND_EXTEND, key, lifetimeTo(to), ...limits)
		const [value, left, moved] = reply as [Buffer | null, number | string, unknown?]
		const extended = moved !== undefined
		const previousExpiresAt = Number(left) < 0 ? undefined : context.now() + Number(left)
		const record = recordOf(value, extended ? to : previousExpiresAt)
		return record && {...record, extended, ...(previousExpiresAt !== undefined && {previousExpiresAt})}
	}

	return {
		capabilities: {
			atomicWrites: true,
			extendsOnRead: true,
			selfCleaning: true,
			scope: 'network',
			expirySlackMs: 0,
		},

		async open() {
			await link.open()
			await commands().ping()
			// not needed for anything but speed, and a user of redis may not be allowed to
			await Promise.allSettled(SCRIPTS.map(script => commands().load(script)))
		},

		async read(key, extend) {
			if (extend !== undefined) {
				try {
					return await readAndExtend(key, extend)
				} catch (error) {
					// redis cannot save its data, and refuses all writes until it can: reading goes on
					if ((error as RedisFailure).code !== 'MISCONF') throw error
				}
			}
			const record = recordOf(await commands().get(key))
			return record && {...record, extended: false}
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

		close: () => link.close(),
	}
}

async function remove(redis: RedisCommands, key: string, revision: Revision | undefined): Promise<DeleteResult> {
	const reply = revision === undefined ? await redis.remove(key) : await redis.run(DELETE, key, bytesOf(revision))
	if (Buffer.isBuffer(reply)) return conflictWith(reply)
	return Number(reply) === 1 ? {outcome: 'deleted'} : {outcome: 'gone'}
}

/** A client that was passed in: it stays open. */
function linkTo(client: RedisClient, {timeoutMs, warn}: StoreContext): RedisLink {
	const fault = faultOfSettings(client)
	if (fault) warn(`Of the client in SESSION_REDIS ${fault}. See docs/stores.md#redis.`, 'KSS_REDIS_CLIENT_SETTING')
	return {commands: redisCommands(client, guardOf(connectionOf(client, timeoutMs))), end: async () => {}}
}
