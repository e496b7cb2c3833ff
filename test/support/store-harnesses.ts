/** Every store that the tests run over: one line each in {@link harnesses}. */

import {randomUUID} from 'node:crypto'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Cluster, Redis} from 'ioredis'
import {Keyv} from 'keyv'
import * as redisV4 from 'redis-v4'
import * as redisV5 from 'redis-v5'
import type {Store, StoreContext} from '../../src/stores/contract.js'
import {fileCache} from '../../src/stores/file-cache.js'
import {keyvStore} from '../../src/stores/keyv.js'
import {memoryStore} from '../../src/stores/memory.js'
import {redisStore} from '../../src/stores/redis.js'
import type {StoreUnderTest} from '../../src/testing/index.js'
import {manualContext, realContext} from './clock.js'
import {startRedis, startRedisCluster} from './servers.js'

/** A kind of store that the tests run over. */
export interface StoreHarness {
	readonly name: string
	/** As its capabilities say. */
	readonly atomicWrites: boolean
	/** The server that it needs. */
	readonly server?: 'redis' | 'redis cluster'
	/** Makes an empty place for records. */
	start(): Promise<Backend>
}

/** A place for records. */
export interface Backend {
	/** Opens one more handle on the records. */
	open(): Promise<StoreUnderTest & {readonly release: () => Promise<void>}>
	/** What another process passes to {@link openDescriptor}; absent where only this process can reach the records. */
	readonly descriptor?: Descriptor
	/** Keys that no other run uses begin with this. */
	readonly keyPrefix: string
	/** Removes the place. Handles are closed by who opened them. */
	stop(): Promise<void>
}

/** Tells another process where the records are: plain data. */
export type Descriptor =
	| {readonly kind: 'file cache'; readonly directory: string}
	| {readonly kind: RedisKind; readonly url: string}

/** The clients of redis. */
export type RedisKind = 'ioredis' | 'ioredis keyPrefix' | 'ioredis Cluster' | 'redis 4' | 'redis 5'

/** Every harness. A new store adds its line, and every test over all stores runs over it. */
export const harnesses: readonly StoreHarness[] = [
	{name: 'memory', atomicWrites: true, start: async () => inProcess(memoryStore)},
	{name: 'file cache', atomicWrites: true, start: inDirectory},
	{
		name: 'keyv over a Map',
		atomicWrites: false,
		start: async () => inProcess((_, context) => keyvStore(new Keyv(), context)),
	},
	{
		name: 'keyv over JSON text',
		atomicWrites: false,
		start: async () => inProcess((_, context) => keyvStore(jsonKeyv(), context)),
	},
	{name: 'redis by ioredis', atomicWrites: true, server: 'redis', start: () => inRedis('ioredis')},
	{
		name: 'redis by ioredis with keyPrefix',
		atomicWrites: true,
		server: 'redis',
		start: () => inRedis('ioredis keyPrefix'),
	},
	{
		name: 'redis cluster by ioredis',
		atomicWrites: true,
		server: 'redis cluster',
		start: () => inRedis('ioredis Cluster'),
	},
	{name: 'redis by node-redis 4', atomicWrites: true, server: 'redis', start: () => inRedis('redis 4')},
	{name: 'redis by node-redis 5', atomicWrites: true, server: 'redis', start: () => inRedis('redis 5')},
]

/** Opens the records of a descriptor, in whatever process. */
export async function openDescriptor(
	descriptor: Descriptor,
	context: StoreContext = realContext(),
): Promise<{readonly store: Store; readonly release: () => Promise<void>}> {
	if (descriptor.kind === 'file cache') {
		const store = fileCache({directory: descriptor.directory, threshold: 0}, context)
		await store.open?.()
		return {store, release: async () => {}}
	}
	const {client, release} = await redisClients[descriptor.kind](descriptor.url)
	const store = redisStore({client}, context)
	await store.open?.()
	return {store, release}
}

function inProcess(make: (options: undefined, context: StoreContext) => Store): Backend {
	const context = manualContext()
	const store = make(undefined, context)
	return {
		keyPrefix: keyPrefix(),
		open: async () => ({store, now: context.now, advance: context.advance, release: async () => {}}),
		stop: () => store.close(),
	}
}

async function inDirectory(): Promise<Backend> {
	const directory = await mkdtemp(join(tmpdir(), 'kss-files-'))
	const descriptor = {kind: 'file cache', directory} as const
	const context = manualContext()
	const open = () => openDescriptor(descriptor, context)
	return {
		keyPrefix: keyPrefix(),
		descriptor,
		open: async () => ({
			...(await open()),
			now: context.now,
			advance: context.advance,
			another: async () => (await open()).store,
		}),
		stop: () => rm(directory, {recursive: true, force: true}),
	}
}

// One server for each test process.
let redis: ReturnType<typeof startRedis> | undefined
let cluster: ReturnType<typeof startRedisCluster> | undefined

async function inRedis(kind: RedisKind): Promise<Backend> {
	if (kind === 'ioredis Cluster') cluster ??= startRedisCluster()
	else redis ??= startRedis()
	const server = await (kind === 'ioredis Cluster' ? cluster : redis)
	const descriptor = {kind, url: server?.url ?? ''}
	return {
		keyPrefix: keyPrefix(),
		descriptor,
		async open() {
			const releases: (() => Promise<void>)[] = []
			const open = async () => {
				const {store, release} = await openDescriptor(descriptor)
				releases.push(release)
				return store
			}
			return {
				store: await open(),
				another: open,
				release: async () => void (await Promise.all(releases.map(release => release()))),
			}
		},
		stop: async () => {},
	}
}

const redisClients = {
	ioredis: (url: string) => ioredis(new Redis(url)),
	'ioredis keyPrefix': (url: string) => ioredis(new Redis(url, {keyPrefix: 'app[*]:'})),
	'ioredis Cluster': (url: string) => ioredis(new Cluster([url])),
	'redis 4': async (url: string) => {
		const client = redisV4.createClient({url})
		await client.connect()
		return {client, release: async () => void (await client.quit())}
	},
	'redis 5': async (url: string) => {
		const client = redisV5.createClient({url})
		await client.connect()
		return {client, release: async () => void (await client.quit())}
	},
}

async function ioredis(client: Redis | Cluster) {
	return {client, release: async () => void (await client.quit())}
}

function jsonKeyv(): Keyv {
	return new Keyv({serialize: JSON.stringify, deserialize: JSON.parse})
}

function keyPrefix(): string {
	return `test:${randomUUID()}:`
}
