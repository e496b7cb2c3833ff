import {Redis} from 'ioredis'
import {redisServer} from './servers/redis.js'
import type {RunningServer} from './servers/server.js'
import {until} from './until.js'

/** A command as redis has received it. */
export interface Command {
	readonly args: readonly string[]
	/** The connection that sent it; `lua` for what a script runs. */
	readonly source: string
}

/** A redis server of one's own, and a watch over the commands that reach it. */
export interface WatchedRedis {
	readonly server: RunningServer
	readonly redis: Redis
	/** Begins to watch; the function that is returned ends that and gives the commands since. */
	watch(): Promise<() => Promise<Command[]>>
	stop(): Promise<void>
}

/** Starts a {@link WatchedRedis}. */
export async function watchedRedis(): Promise<WatchedRedis> {
	const server = await redisServer.start()
	const redis = new Redis(server.port)
	// ioredis takes the greeting of another connection for an answer of its own while a monitor begins
	await redis.ping()
	const monitor = await redis.monitor()

	return {
		server,
		redis,
		async watch() {
			const seen: Command[] = []
			const listener = (_time: string, args: string[], source: string) => seen.push({args, source})
			monitor.on('monitor', listener)
			// MONITOR may lag behind the answers: a command of ours marks where the watch begins and ends
			const mark = async () => {
				const text = `mark ${Math.random()}`
				await redis.echo(text)
				await until(() => seen.some(({args}) => args[1] === text), 'MONITOR did not show the last command')
				return seen.findIndex(({args}) => args[1] === text)
			}
			const first = await mark()
			return async () => {
				const last = await mark()
				monitor.off('monitor', listener)
				return seen.slice(first + 1, last)
			}
		},
		async stop() {
			monitor.disconnect()
			redis.disconnect()
			await server.stop()
		},
	}
}
