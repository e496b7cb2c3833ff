import {program} from './needs.js'
import {answers} from './ports.js'
import {type RunningServer, startServer, type TestServer} from './server.js'

/** For every way to run it. */
export const redisNeeds = [program('redis-server', 'redis-server')]

/** One redis that forgets everything when it ends. */
export const redisServer: TestServer = {
	name: 'redis',
	variable: 'REDIS_URL',
	needs: redisNeeds,
	start: () => startRedis(),
}

/** Starts a redis with more arguments for redis-server. */
export function startRedis(...args: readonly string[]): Promise<RunningServer> {
	return startServer({
		command: ({port, directory}) => [
			...['redis-server', '--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory],
			...['--save', '', '--appendonly', 'no', ...args],
		],
		isReady: ({port}) => answers(port, 'PING\r\n', '+PONG'),
		url: ({port}) => `redis://127.0.0.1:${port}`,
	})
}
