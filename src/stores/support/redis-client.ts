/**
 * The clients of redis made alike: the few commands that the store needs, with bytes in and out.
 *
 * ioredis (`Redis`, also with Sentinels, and `Cluster`) is called by its own methods.
 * node-redis 4 and 5 (client, pool, Sentinel, cluster) is sent the words of the command, always to a master: a replica
 * may not know yet what was written a moment ago.
 */

import {createHash} from 'node:crypto'
import {configError} from '../../errors.js'
import type {ResolvedConfig} from '../../generated/types.js'
import {replyCode} from './redis-errors.js'
import type {RedisGuard} from './redis-guard.js'

/** A client that the redis store takes: of ioredis or of node-redis, for one server, Sentinels or a cluster. */
export type RedisClient = Exclude<NonNullable<ResolvedConfig['SESSION_REDIS']>, string>

/** A Lua script that works on one key. */
export interface RedisScript {
	readonly lua: string
	readonly sha1: string
	/** Running it twice does what running it once does. */
	readonly isRepeatable: boolean
}

/** An argument of a script. */
export type RedisArgument = string | number | Buffer

/** What the store asks of redis. Each rejects with a `RedisFailure`. */
export interface RedisCommands {
	get(key: string): Promise<Buffer | null>
	/** `SET key value PX ms NX|XX`; `null` when the condition did not hold. */
	set(key: string, value: Buffer, ms: number, condition: 'NX' | 'XX'): Promise<unknown>
	/** `PEXPIRE key ms`; 0 when there is no such key. */
	expire(key: string, ms: number): Promise<unknown>
	/** `DEL key`; 0 when there is no such key. */
	remove(key: string): Promise<unknown>
	/** `SCRIPT LOAD` on every master, so that even the first use of the script is one command. */
	load(script: RedisScript): Promise<unknown>
	/** `EVALSHA`, and `EVAL` where the server does not know the script: after a restart or a failover. */
	run(script: RedisScript, key: string, ...args: RedisArgument[]): Promise<unknown>
	/** `SCAN` on every master, for strings whose key begins with `prefix`. */
	scan(prefix: string): AsyncIterable<string>
	ping(): Promise<unknown>
}

interface Ioredis {
	readonly options?: {readonly keyPrefix?: string}
	nodes?(role: 'master'): Ioredis[]
	getBuffer(key: string): Promise<Buffer | null>
	set(key: string, value: Buffer, unit: 'PX', ms: number, condition: 'NX' | 'XX'): Promise<unknown>
	pexpire(key: string, ms: number): Promise<unknown>
	del(key: string): Promise<unknown>
	evalshaBuffer(sha1: string, keys: 1, key: string, ...args: RedisArgument[]): Promise<unknown>
	evalBuffer(lua: string, keys: 1, key: string, ...args: RedisArgument[]): Promise<unknown>
	scan(...words: string[]): Promise<[cursor: string, keys: string[]]>
	script(word: 'LOAD', lua: string): Promise<unknown>
	ping(): Promise<unknown>
}

interface NodeRedis {
	readonly options?: {readonly legacyMode?: boolean}
	readonly v4?: NodeRedis
	readonly masters?: readonly unknown[]
	nodeClient?(node: unknown): NodeRedis | Promise<NodeRedis>
	getMasterNode?(): unknown
	sendCommand(...args: unknown[]): Promise<unknown>
}

/** Makes a script that is known by its SHA-1. */
export function redisScript(lua: string, {isRepeatable = false} = {}): RedisScript {
	return {lua, sha1: createHash('sha1').update(lua).digest('hex'), isRepeatable}
}

/**
 * The commands of a client.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` when it is neither ioredis nor node-redis
 */
export function redisCommands(client: RedisClient, guard: RedisGuard): RedisCommands {
	if ('evalshaBuffer' in client) return ofIoredis(client as unknown as Ioredis, guard)
	if ('sendCommand' in client) return ofNodeRedis(client as unknown as NodeRedis, guard)
	const expected = 'a client of ioredis or of redis (node-redis 4 or 5), or a URL'
	throw configError([{key: 'SESSION_REDIS', expected, received: typeof client}])
}

function ofIoredis(client: Ioredis, {send}: RedisGuard): RedisCommands {
	const {keyPrefix = ''} = client.options ?? {}
	const masters = () => client.nodes?.('master') ?? [client]
	return {
		get: key => send(() => client.getBuffer(key), true),
		set: (key, value, ms, condition) => send(() => client.set(key, value, 'PX', ms, condition), false),
		expire: (key, ms) => send(() => client.pexpire(key, ms), true),
		remove: key => send(() => client.del(key), false),
		load: ({lua}) => send(() => Promise.all(masters().map(node => node.script('LOAD', lua))), true),
		run: ({lua, sha1, isRepeatable}, key, ...args) =>
			withKnownScript(
				() => send(() => client.evalshaBuffer(sha1, 1, key, ...args), isRepeatable),
				() => send(() => client.evalBuffer(lua, 1, key, ...args), isRepeatable),
			),
		async *scan(prefix) {
			// SCAN is the one command to which ioredis does not add its prefix.
			for (const node of masters()) {
				for await (const key of scanNode(words => send(() => node.scan(...words), true), keyPrefix + prefix)) {
					yield key.slice(keyPrefix.length)
				}
			}
		},
		ping: () => send(() => client.ping(), true),
	}
}

// The first is the option of node-redis 4, the second of 5 (36 is `$`, a bulk string), whatever the client is set to.
const AS_BYTES = {returnBuffers: true, typeMapping: {36: Buffer}}

function ofNodeRedis(given: NodeRedis, guard: RedisGuard): RedisCommands {
	const client = given.options?.legacyMode === true && given.v4 !== undefined ? given.v4 : given
	let call = (_key: string, words: Words) => client.sendCommand(words, AS_BYTES)
	if (client.masters !== undefined) call = (key, words) => client.sendCommand(key, false, words, AS_BYTES)
	else if (client.getMasterNode !== undefined) call = (_key, words) => client.sendCommand(false, words, AS_BYTES)

	const once = (key: string, ...words: Words) => guard.send(() => call(key, words), false)
	const again = (key: string, ...words: Words) => guard.send(() => call(key, words), true)
	/** What sends words to each master. */
	const masters = () =>
		(client.masters ?? [undefined]).map(master => (words: Words) => {
			const node = async () => (await client.nodeClient?.(master)) ?? client
			const ask = async () => (await node()).sendCommand(words, AS_BYTES)
			return guard.send(master === undefined ? () => call('', words) : ask, true)
		})

	return {
		get: key => again(key, 'GET', key) as Promise<Buffer | null>,
		set: (key, value, ms, condition) => once(key, 'SET', key, value, 'PX', `${ms}`, condition),
		expire: (key, ms) => again(key, 'PEXPIRE', key, `${ms}`),
		remove: key => once(key, 'DEL', key),
		load: ({lua}) => Promise.all(masters().map(ask => ask(['SCRIPT', 'LOAD', lua]))),
		run({lua, sha1, isRepeatable}, key, ...args) {
			const words = args.map(arg => (typeof arg === 'number' ? `${arg}` : arg))
			const send = isRepeatable ? again : once
			return withKnownScript(
				() => send(key, 'EVALSHA', sha1, '1', key, ...words),
				() => send(key, 'EVAL', lua, '1', key, ...words),
			)
		},
		async *scan(prefix) {
			for (const ask of masters()) {
				yield* scanNode(words => ask(['SCAN', ...words]) as Promise<[Buffer, Buffer[]]>, prefix)
			}
		},
		ping: () => again('', 'PING'),
	}
}

type Words = (string | Buffer)[]

/** Runs a script by its SHA-1, and in full where the server does not know it. */
async function withKnownScript<T>(bySha1: () => Promise<T>, inFull: () => Promise<T>): Promise<T> {
	try {
		return await bySha1()
	} catch (error) {
		if (replyCode(error) !== 'NOSCRIPT') throw error
		return inFull()
	}
}

/** Scans one server. The words are those after SCAN; a reply is the next cursor and some keys. */
async function* scanNode(
	scan: (words: string[]) => Promise<[cursor: string | Buffer, keys: (string | Buffer)[]]>,
	prefix: string,
): AsyncGenerator<string> {
	const pattern = `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`
	let cursor = '0'
	do {
		const [next, keys] = await scan([cursor, 'MATCH', pattern, 'COUNT', '500', 'TYPE', 'string'])
		for (const key of keys) yield String(key)
		cursor = String(next)
	} while (cursor !== '0')
}
