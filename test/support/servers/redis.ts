import {answers} from './ports.js'
import {hasProgram} from './programs.js'
import {type RunningServer, startServer, type TestServer} from './server.js'

/** What Debian and its relatives call it. */
export const REDIS_PACKAGE = 'redis-server'

/** One redis that forgets everything when it ends. */
export const redisServer: TestServer = {
	name: 'redis',
	variable: 'REDIS_URL',
	missing: redisMissing,
	start: () => startRedis(),
}

/** The command that installs redis, where it is missing. */
export function redisMissing(): string | undefined {
	return hasProgram('redis-server') ? undefined : `apt-get install ${REDIS_PACKAGE}`
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
