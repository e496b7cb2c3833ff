import {spawn} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Redis} from 'ioredis'

/**
 * A redis for a benchmark: the one at `REDIS_URL`, or one of its own on a free loopback port, without persistence.
 *
 * @param {(program: string, args: string[]) => [string, string[]]} pinned puts a program on its processor
 * @returns {Promise<{url: string, redis: Redis, stop: () => Promise<void>}>}
 */
export async function startRedis(pinned = (program, args) => [program, args]) {
	const given = process.env.REDIS_URL
	if (given) {
		const redis = new Redis(given)
		return {url: given, redis, stop: async () => redis.disconnect()}
	}
	const port = await freePort()
	const directory = mkdtempSync(join(tmpdir(), 'bench-redis-'))
	const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', directory]
	const child = spawn(...pinned('redis-server', options), {stdio: 'ignore'})
	const failed = new Promise((_, reject) => {
		child.on('error', reject)
		child.on('exit', code => reject(new Error(`redis-server ended with ${code}`)))
	})
	failed.catch(() => undefined)
	const redis = new Redis(port, '127.0.0.1', {retryStrategy: () => 50, maxRetriesPerRequest: 200})
	redis.on('error', () => undefined)
	try {
		await Promise.race([redis.ping(), failed])
	} catch (error) {
		redis.disconnect()
		throw new Error(
			'This benchmark needs redis 6.2 or later: install redis-server (Debian: apt-get install redis-server; ' +
				`macOS: brew install redis), or give the URL of one in REDIS_URL. (${error.message})`,
		)
	}
	return {
		url: `redis://127.0.0.1:${port}`,
		redis,
		async stop() {
			redis.disconnect()
			const ended = new Promise(resolve => child.once('exit', resolve))
			child.kill()
			await ended
			rmSync(directory, {recursive: true, force: true})
		},
	}
}

/** Removes every key that begins with `prefix`. */
export async function removeKeys(redis, prefix) {
	for await (const keys of redis.scanStream({match: `${prefix}*`, count: 500})) {
		if (keys.length > 0) await redis.del(keys)
	}
}

async function freePort() {
	const server = createServer()
	await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
	const {port} = server.address()
	await new Promise(resolve => server.close(resolve))
	return port
}
