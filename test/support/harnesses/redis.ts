import {Cluster, Redis} from 'ioredis'
import * as redisV4 from 'redis-v4'
import * as redisV5 from 'redis-v5'
import {type RedisClient, redisStore} from '../../../src/stores/redis.js'
import {backendOf, type OpenRecords, type StoreHarness} from '../harness.js'
import {redisServer} from '../servers/redis.js'
import {redisClusterServer} from '../servers/redis-cluster.js'
import type {TestServer} from '../servers/server.js'
import {sharedUrl} from '../servers/shared.js'

type Client = RedisClient & {connect?(): Promise<unknown>; quit(): Promise<unknown>}

interface Place {
	readonly client: keyof typeof clients
	readonly url: string
}

const clients = {
	ioredis: url => new Redis(url),
	'ioredis with keyPrefix': url => new Redis(url, {keyPrefix: 'app[*]:'}),
	'ioredis Cluster': url => new Cluster([url]),
	'node-redis 4': url => redisV4.createClient({url}),
	'node-redis 5': url => redisV5.createClient({url}),
	'node-redis 4 cluster': url => redisV4.createCluster({rootNodes: [{url}]}),
	'node-redis 5 cluster': url => redisV5.createCluster({rootNodes: [{url}]}),
} satisfies Record<string, (url: string) => Client>

export const harnesses: readonly StoreHarness[] = [
	{...harness('redis by ioredis', 'ioredis', redisServer), isVariant: false},
	harness('redis by ioredis with keyPrefix', 'ioredis with keyPrefix', redisServer),
	harness('redis by node-redis 4', 'node-redis 4', redisServer),
	harness('redis by node-redis 5', 'node-redis 5', redisServer),
	harness('redis cluster by ioredis', 'ioredis Cluster', redisClusterServer),
	harness('redis cluster by node-redis 4', 'node-redis 4 cluster', redisClusterServer),
	harness('redis cluster by node-redis 5', 'node-redis 5 cluster', redisClusterServer),
]

export const open: OpenRecords = async ({client: name, url}: Place, context) => {
	const client = clients[name](url)
	// those of ioredis connect by themselves
	if (!(client instanceof Redis || client instanceof Cluster)) await client.connect()
	const store = redisStore({client}, context)
	await store.open?.()
	return {store, release: () => client.quit()}
}

function harness(name: string, client: Place['client'], server: TestServer): StoreHarness {
	return {
		name,
		atomicWrites: true,
		isVariant: true,
		server,
		async start(owner) {
			const place: Place = {client, url: await sharedUrl(server)}
			return backendOf(owner, {file: 'redis', place}, open)
		},
	}
}
