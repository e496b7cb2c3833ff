import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {Redis} from 'ioredis'
import {until} from '../until.js'
import {answers} from './ports.js'
import {redisNeeds, startRedis} from './redis.js'
import {type RunningServer, startServer, type TestServer} from './server.js'

/** `url` is that of the first sentinel; `kill` and the like are those of the primary. */
export interface RunningSentinels extends RunningServer {
	/** What the sentinels call the group that they watch. */
	readonly group: string
	readonly primary: RunningServer
	readonly replicas: readonly RunningServer[]
	readonly sentinels: readonly RunningServer[]
}

/** A redis with two replicas, watched by three sentinels, which replace it half a second after it has gone. */
export const redisSentinelServer: TestServer & {start(): Promise<RunningSentinels>} = {
	name: 'redis sentinel',
	variable: 'REDIS_SENTINEL_URL',
	needs: redisNeeds,
	start: startSentinels,
}

const GROUP = 'main'

async function startSentinels(): Promise<RunningSentinels> {
	const fast = ['--repl-diskless-sync-delay', '0']
	const primary = await startRedis(...fast)
	const replicaOf = ['--replicaof', '127.0.0.1', `${primary.port}`]
	const replicas = await Promise.all([1, 2].map(() => startRedis(...fast, ...replicaOf)))
	const sentinels = await Promise.all([1, 2, 3].map(() => startSentinel(primary.port)))
	for (const {port} of sentinels) await untilComplete(port)
	return {
		...primary,
		get pid() {
			return primary.pid
		},
		url: (sentinels[0] as RunningServer).url,
		group: GROUP,
		primary,
		replicas,
		sentinels,
		async stop() {
			await Promise.all([...sentinels, ...replicas, primary].map(server => server.stop()))
		},
	}
}

function startSentinel(primaryPort: number): Promise<RunningServer> {
	return startServer({
		prepare: ({directory, port}) =>
			writeFileSync(
				join(directory, 'sentinel.conf'),
				`port ${port}
bind 127.0.0.1
dir ${directory}
sentinel monitor ${GROUP} 127.0.0.1 ${primaryPort} 2
sentinel down-after-milliseconds ${GROUP} 500
sentinel failover-timeout ${GROUP} 3000
sentinel parallel-syncs ${GROUP} 1
`,
			),
		command: ({directory}) => ['redis-server', join(directory, 'sentinel.conf'), '--sentinel'],
		isReady: ({port}) => answers(port, 'PING\r\n', '+PONG'),
		url: ({port}) => `redis://127.0.0.1:${port}`,
	})
}

/** Waits until a sentinel knows the other two and both replicas, without which a failover loses everything. */
async function untilComplete(port: number): Promise<void> {
	const client = new Redis(port)
	try {
		await until(
			async () => {
				const words = (await client.call('SENTINEL', 'MASTER', GROUP)) as string[]
				const numberOf = (name: string) => words[words.indexOf(name) + 1]
				return numberOf('num-other-sentinels') === '2' && numberOf('num-slaves') === '2'
			},
			'the sentinels did not find each other',
			30_000,
		)
	} finally {
		client.disconnect()
	}
}
