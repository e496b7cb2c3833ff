import {execFile} from 'node:child_process'
import {promisify} from 'node:util'
import {until} from '../until.js'
import {freePort} from './ports.js'
import {redisNeeds, startRedis} from './redis.js'
import type {RunningServer, TestServer} from './server.js'

const run = promisify(execFile)

/** Several servers that are one for their clients; `url`, `kill` and the like are those of the first node. */
export interface RunningCluster extends RunningServer {
	/** The primaries first. */
	readonly nodes: readonly RunningServer[]
}

interface ClusterServer extends TestServer {
	start(): Promise<RunningCluster>
}

/** A redis cluster of three primaries. */
export const redisClusterServer: ClusterServer = {
	name: 'redis cluster',
	variable: 'REDIS_CLUSTER_URL',
	needs: redisNeeds,
	start: () => startCluster({replicas: 0}),
}

/** A redis cluster of three primaries with a replica each, which takes over soon after its primary has gone. */
export const replicatedRedisClusterServer: ClusterServer = {
	name: 'redis cluster with replicas',
	variable: 'REDIS_REPLICATED_CLUSTER_URL',
	needs: redisNeeds,
	start: () => startCluster({replicas: 1}),
}

async function startCluster({replicas}: {replicas: number}): Promise<RunningCluster> {
	const nodes = await Promise.all(Array.from({length: 3 * (1 + replicas)}, startNode))
	const cli = async (...args: readonly string[]) => (await run('redis-cli', args)).stdout
	const [first] = nodes as [RunningServer]
	const addresses = nodes.map(({port}) => `127.0.0.1:${port}`)
	await cli('--cluster', 'create', ...addresses, '--cluster-replicas', `${replicas}`, '--cluster-yes')
	for (const {port} of nodes) {
		const isFormed = async () => (await cli('-p', `${port}`, 'cluster', 'info')).includes('cluster_state:ok')
		await until(isFormed, 'the redis cluster did not form', 30_000)
	}
	return {
		...first,
		get pid() {
			return first.pid
		},
		nodes,
		async stop() {
			await Promise.all(nodes.map(node => node.stop()))
		},
	}
}

async function startNode(): Promise<RunningServer> {
	return startRedis(
		...['--cluster-enabled', 'yes', '--cluster-port', `${await freePort()}`],
		...['--cluster-node-timeout', '1000', '--cluster-replica-validity-factor', '0', '--repl-diskless-sync-delay', '0'],
	)
}
