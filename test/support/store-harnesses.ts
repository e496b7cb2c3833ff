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
import {type RedisClient, redisStore} from '../../src/stores/redis.js'
import type {StoreUnderTest} from '../../src/testing/index.js'
import {manualContext, realContext} from './clock.js'
import {type RedisServer, startRedis, startRedisCluster} from './servers.js'

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
export type RedisKind = 'ioredis' | 'ioredis keyPrefix' | 'ioredis Cluster' | `redis ${4 | 5}${'' | ' cluster'}`

/** Every harness. A new store adds its line, and every test over all stores runs over it. */
export const harnesses: readonly StoreHarness[] = [
	inProcess('memory', context => memoryStore({}, context), {atomicWrites: true}),
	inDirectory('file cache'),
	inProcess('keyv over a Map', context => keyvStore(new Keyv(), context), {atomicWrites: false}),
	inProcess('keyv over JSON text', context => keyvStore(jsonKeyv(), context), {atomicWrites: false}),
	inRedis('redis by ioredis', 'ioredis'),
	inRedis('redis by ioredis with keyPrefix', 'ioredis keyPrefix'),
	inRedis('redis by node-redis 4', 'redis 4'),
	inRedis('redis by node-redis 5', 'redis 5'),
	inRedis('redis cluster by ioredis', 'ioredis Cluster', 'redis cluster'),
	inRedis('redis cluster by node-redis 4', 'redis 4 cluster', 'redis cluster'),
	inRedis('redis cluster by node-redis 5', 'redis 5 cluster', 'redis cluster'),
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

function inProcess(name: string, make: (context: StoreContext) => Store, {atomicWrites}: {atomicWrites: boolean}) {
	const start = async (): Promise<Backend> => {
		const context = manualContext()
		const store = make(context)
		return {
			keyPrefix: keyPrefix(),
			open: async () => ({store, now: context.now, advance: context.advance, release: async () => {}}),
			stop: () => store.close(),
		}
	}
	return {name, atomicWrites, start}
}

function inDirectory(name: string): StoreHarness {
	const start = async (): Promise<Backend> => {
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
	return {name, atomicWrites: true, start}
}

// One server of each kind for each test process.
let redis: Promise<RedisServer> | undefined
let cluster: Promise<RedisServer> | undefined

function inRedis(name: string, kind: RedisKind, server: 'redis' | 'redis cluster' = 'redis'): StoreHarness {
	const start = async (): Promise<Backend> => {
		if (server === 'redis') redis ??= startRedis()
		else cluster ??= startRedisCluster()
		const {url} = await ((server === 'redis' ? redis : cluster) as Promise<RedisServer>)
		const descriptor = {kind, url}
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
					async release() {
						await Promise.all(releases.map(end => end()))
					},
				}
			},
			stop: async () => {},
		}
	}
	return {name, atomicWrites: true, server, start}
}

interface Connected {
	readonly client: RedisClient
	readonly release: () => Promise<void>
}

const redisClients: Record<RedisKind, (url: string) => Promise<Connected>> = {
	ioredis: (url: string) => quitting(new Redis(url)),
	'ioredis keyPrefix': (url: string) => quitting(new Redis(url, {keyPrefix: 'app[*]:'})),
	'ioredis Cluster': (url: string) => quitting(new Cluster([url])),
	'redis 4': (url: string) => connected(redisV4.createClient({url})),
	'redis 5': (url: string) => connected(redisV5.createClient({url})),
	'redis 4 cluster': (url: string) => connected(redisV4.createCluster({rootNodes: [{url}]})),
	'redis 5 cluster': (url: string) => connected(redisV5.createCluster({rootNodes: [{url}]})),
}

async function quitting(client: RedisClient & {quit(): Promise<unknown>}): Promise<Connected> {
	return {
		client,
		async release() {
			await client.quit()
		},
	}
}

async function connected(client: RedisClient & {connect(): Promise<unknown>; quit(): Promise<unknown>}) {
	await client.connect()
	return quitting(client)
}

function jsonKeyv(): Keyv {
	return new Keyv({serialize: JSON.stringify, deserialize: JSON.parse})
}

function keyPrefix(): string {
	return `test:${randomUUID()}:`
}
