/**
 * The clients of redis made alike: the few commands that the store needs, with bytes in and out.
 *
 * ioredis (`Redis`, also with Sentinels, and `Cluster`) is called by its own methods; the commands of requests that
 * arrive together leave together.
 * node-redis 4 and 5 (client, pool, Sentinel, cluster) is sent the words of the command, always to a master: a replica
 * may not know yet what was written a moment ago.
 */

import {createHash} from 'node:crypto'
import {configError, isError} from '../../errors.js'
import type {ResolvedConfig} from '../../generated/types.js'
import {type Corkable, gatherWrites} from './gather-writes.js'

/** A client that the redis store takes: of ioredis or of node-redis, for one server, Sentinels or a cluster. */
export type RedisClient = Exclude<NonNullable<ResolvedConfig['SESSION_REDIS']>, string>

/** A Lua script that works on one key. */
export interface RedisScript {
	readonly lua: string
	readonly sha1: string
}

/** An argument of a script. */
export type RedisArgument = string | number | Buffer

/** What the store asks of redis. */
export interface RedisCommands {
	get(key: string): Promise<Buffer | null>
	/** `GETEX key PX ms` */
	getAndExpire(key: string, ms: number): Promise<Buffer | null>
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
	readonly options: {readonly keyPrefix?: string}
	/** The socket, another one after each reconnection; a cluster has none of its own. */
	readonly stream?: Corkable
	nodes?(role: 'master'): Ioredis[]
	getBuffer(key: string): Promise<Buffer | null>
	getexBuffer(key: string, unit: 'PX', ms: number): Promise<Buffer | null>
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
export function redisScript(lua: string): RedisScript {
	return {lua, sha1: createHash('sha1').update(lua).digest('hex')}
}

/**
 * The commands of a client.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` when it is neither ioredis nor node-redis
 */
export function redisCommands(client: RedisClient): RedisCommands {
	if ('callBuffer' in client) return ofIoredis(client as unknown as Ioredis)
	if ('sendCommand' in client) return ofNodeRedis(client as unknown as NodeRedis)
	const expected = 'a client of ioredis or of redis (node-redis 4 or 5), or a URL'
	throw configError([{key: 'SESSION_REDIS', expected, received: typeof client}])
}

function ofIoredis(client: Ioredis): RedisCommands {
	const {keyPrefix = ''} = client.options
	const gathered = () => {
		gatherWrites(client.stream)
		return client
	}
	return {
		get: key => gathered().getBuffer(key),
		getAndExpire: (key, ms) => gathered().getexBuffer(key, 'PX', ms),
		set: (key, value, ms, condition) => gathered().set(key, value, 'PX', ms, condition),
		expire: (key, ms) => gathered().pexpire(key, ms),
		remove: key => gathered().del(key),
		load: ({lua}) => Promise.all((client.nodes?.('master') ?? [client]).map(node => node.script('LOAD', lua))),
		async run({lua, sha1}, key, ...args) {
			try {
				return await gathered().evalshaBuffer(sha1, 1, key, ...args)
			} catch (error) {
				if (!isUnknownScript(error)) throw error
				return client.evalBuffer(lua, 1, key, ...args)
			}
		},
		async *scan(prefix) {
			// SCAN is the one command to which ioredis does not add its prefix.
			for (const node of client.nodes?.('master') ?? [client]) {
				for await (const key of scanNode(words => node.scan(...words), keyPrefix + prefix)) {
					yield key.slice(keyPrefix.length)
				}
			}
		},
		ping: () => client.ping(),
	}
}

// The first is the option of node-redis 4, the second of 5 (36 is `$`, a bulk string), whatever the client is set to.
const AS_BYTES = {returnBuffers: true, typeMapping: {36: Buffer}}

function ofNodeRedis(given: NodeRedis): RedisCommands {
	const client = given.options?.legacyMode === true && given.v4 !== undefined ? given.v4 : given
	let send = (_key: string, words: (string | Buffer)[]) => client.sendCommand(words, AS_BYTES)
	if (client.masters !== undefined) send = (key, words) => client.sendCommand(key, false, words, AS_BYTES)
	else if (client.getMasterNode !== undefined) send = (_key, words) => client.sendCommand(false, words, AS_BYTES)

	return {
		get: key => send(key, ['GET', key]) as Promise<Buffer | null>,
		getAndExpire: (key, ms) => send(key, ['GETEX', key, 'PX', `${ms}`]) as Promise<Buffer | null>,
		set: (key, value, ms, condition) => send(key, ['SET', key, value, 'PX', `${ms}`, condition]),
		expire: (key, ms) => send(key, ['PEXPIRE', key, `${ms}`]),
		remove: key => send(key, ['DEL', key]),
		load: ({lua}) =>
			Promise.all(
				(client.masters ?? [undefined]).map(async node => {
					const words = ['SCRIPT', 'LOAD', lua]
					return node === undefined ? send('', words) : (await client.nodeClient?.(node))?.sendCommand(words)
				}),
			),
		async run({lua, sha1}, key, ...args) {
			const words = args.map(arg => (typeof arg === 'number' ? `${arg}` : arg))
			try {
				return await send(key, ['EVALSHA', sha1, '1', key, ...words])
			} catch (error) {
				if (!isUnknownScript(error)) throw error
				return send(key, ['EVAL', lua, '1', key, ...words])
			}
		},
		async *scan(prefix) {
			for (const node of client.masters ?? [undefined]) {
				const target = node === undefined ? undefined : await client.nodeClient?.(node)
				yield* scanNode(words => {
					const command = ['SCAN', ...words]
					return (target?.sendCommand(command, AS_BYTES) ?? send('', command)) as Promise<[Buffer, Buffer[]]>
				}, prefix)
			}
		},
		ping: () => send('', ['PING']),
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

function isUnknownScript(error: unknown): boolean {
	return isError(error) && error.message.startsWith('NOSCRIPT')
}
