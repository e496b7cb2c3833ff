/**
 * Real servers for tests, on free ports of the loopback interface, with data directories that are thrown away.
 *
 * A server ends with its test process, however that ends: it is the child of a shell that waits for the end of its
 * standard input, which the kernel closes with the process.
 */

import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {appendFileSync, mkdtempSync, rmSync} from 'node:fs'
import {connect, createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import type {ExecutionContext, TestFn} from 'ava'
import {Redis} from 'ioredis'

/** A redis server. All but `url` and `stop` need a server of one's own. */
export interface RedisServer {
	readonly url: string
	readonly port: number
	/** The process id; it changes with `restart`. */
	readonly pid: number
	/** Stops it from answering (SIGSTOP), until `resume`. */
	pause(): void
	resume(): void
	/** Ends it without warning. */
	kill(): Promise<void>
	/** Starts it again on the same port, empty, after `kill`. */
	restart(): Promise<void>
	stop(): Promise<void>
}

/** How {@link startRedis} starts it. */
export interface StartRedisOptions {
	/** More arguments for redis-server. */
	readonly args?: readonly string[]
	/** Start a server also when REDIS_URL names one: for tests that stop it, watch it or flush it. */
	readonly own?: boolean
}

const INSTALL = 'apt-get install redis-server'
const hasRedis = spawnSync('redis-server', ['--version']).status === 0

const atExit = new Set<() => void>()
process.once('exit', () => {
	for (const end of atExit) end()
})

/** Why tests with redis cannot run here, or `undefined` when they can. */
export function redisMissing({own = false} = {}): string | undefined {
	return hasRedis || (!own && process.env.REDIS_URL) ? undefined : `redis-server is not installed: ${INSTALL}`
}

/**
 * The `test` to use for what needs redis: the one given, or one that skips by name and records it. Where CI is set, a
 * missing server is a failure.
 */
export function testWithRedis(test: TestFn, group: string, options: {own?: boolean} = {}) {
	const missing = redisMissing(options)
	let recorded = false
	return (title: string, run: (t: ExecutionContext) => void | Promise<void>): void => {
		if (missing === undefined) test(title, run)
		else if (process.env.CI) test(title, t => t.fail(missing))
		else {
			if (!recorded) recordSkip(group, missing)
			recorded = true
			test.skip(`${title} (${missing})`, run)
		}
	}
}

/** Starts a redis server and waits until it answers. */
export async function startRedis({args = [], own = false}: StartRedisOptions = {}): Promise<RedisServer> {
	const given = process.env.REDIS_URL
	if (given && !own) return elsewhere(given)
	const directory = mkdtempSync(join(tmpdir(), 'kss-redis-'))
	const port = await freePort()
	const words = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory, '--save', '', '--appendonly', 'no']
	const start = () => startProcess('redis-server', [...words, ...args])
	let running = await start()
	const onExit = () => {
		running.kill()
		rmSync(directory, {recursive: true, force: true})
	}
	atExit.add(onExit)
	await untilReady(port)

	return {
		url: `redis://127.0.0.1:${port}`,
		port,
		get pid() {
			return running.pid
		},
		pause: () => process.kill(running.pid, 'SIGSTOP'),
		resume: () => process.kill(running.pid, 'SIGCONT'),
		kill: () => running.end(),
		async restart() {
			running = await start()
			await untilReady(port)
		},
		async stop() {
			atExit.delete(onExit)
			await running.end()
			rmSync(directory, {recursive: true, force: true})
		},
	}
}

/** Starts a cluster of three masters; the URL is that of one of them. */
export async function startRedisCluster(): Promise<RedisServer> {
	const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '5000', '--cluster-announce-ip', '127.0.0.1']
	const nodes = await Promise.all([1, 2, 3].map(() => startRedis({args, own: true})))
	const clients = nodes.map(({port}) => new Redis(port))
	const [first, ...others] = clients as [Redis, ...Redis[]]
	const bounds = [0, 5461, 10923, 16384] as const
	await Promise.all(
		clients.map((client, index) =>
			client.call('CLUSTER', 'ADDSLOTSRANGE', bounds[index] ?? 0, (bounds[index + 1] ?? 0) - 1),
		),
	)
	for (const {options} of others) await first.call('CLUSTER', 'MEET', '127.0.0.1', options.port ?? 0)
	for (const client of clients) {
		await until(async () => {
			const info = String(await client.call('CLUSTER', 'INFO'))
			return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3')
		}, 'the redis cluster did not form')
	}
	for (const client of clients) client.disconnect()
	return {
		...(nodes[0] as RedisServer),
		async stop() {
			await Promise.all(nodes.map(node => node.stop()))
		},
	}
}

/** Repeats `condition` until it holds; rejects after ten seconds. */
export async function until(condition: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
	const end = Date.now() + 10_000
	while (!(await condition())) {
		if (Date.now() > end) throw new Error(`${otherwise} within 10 s`)
		await sleep(10)
	}
}

/** Says, for the end of the run, that a group of tests was skipped. */
export function recordSkip(group: string, reason: string): void {
	const log = process.env.KSS_SKIP_LOG
	if (log) appendFileSync(log, `${JSON.stringify({group, reason})}\n`)
}

function elsewhere(url: string): RedisServer {
	const notOurs = () => {
		throw new Error('REDIS_URL names a server that is not ours to stop: use startRedis({own: true})')
	}
	const port = Number(new URL(url).port || 6379)
	return {url, port, pid: 0, pause: notOurs, resume: notOurs, kill: notOurs, restart: notOurs, stop: async () => {}}
}

interface Running {
	readonly pid: number
	kill(): void
	end(): Promise<void>
}

async function startProcess(command: string, args: readonly string[]): Promise<Running> {
	const script = '"$0" "$@" >/dev/null 2>&1 & echo $!; cat >/dev/null; kill -9 $! 2>/dev/null; wait'
	const shell = spawn('/bin/sh', ['-c', script, command, ...args], {stdio: ['pipe', 'pipe', 'ignore']})
	const pid = await new Promise<number>((resolve, reject) => {
		shell.once('error', reject)
		shell.stdout.once('data', line => resolve(Number(line)))
	})
	detach(shell)
	const kill = () => {
		try {
			process.kill(pid, 'SIGKILL')
		} catch {
			// It has ended already.
		}
		shell.stdin.destroy()
	}
	return {
		pid,
		kill,
		async end() {
			kill()
			await until(() => hasEnded(pid), `${command} did not end`)
		},
	}
}

function detach(shell: ChildProcess): void {
	shell.unref()
	for (const stream of [shell.stdin, shell.stdout]) (stream as unknown as {unref?(): void} | null)?.unref?.()
}

function hasEnded(pid: number): boolean {
	try {
		process.kill(pid, 0)
		return false
	} catch {
		return true
	}
}

/** A free port, low enough for the second port that a cluster node opens 10000 above it. */
async function freePort(): Promise<number> {
	for (;;) {
		const port = 20_000 + Math.floor(Math.random() * 30_000)
		if ((await isFree(port)) && (await isFree(port + 10_000))) return port
	}
}

function isFree(port: number): Promise<boolean> {
	return new Promise(resolve => {
		const server = createServer()
		server.once('error', () => resolve(false))
		server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
	})
}

function untilReady(port: number): Promise<void> {
	return until(() => answers(port), 'redis-server did not answer')
}

function answers(port: number): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
		const done = (answer: boolean) => {
			socket.destroy()
			resolve(answer)
		}
		socket.once('data', data => done(data.toString().startsWith('+PONG')))
		socket.once('error', () => done(false))
	})
}
