/** The redis store under the faults of a network and of redis: what is safe to repeat is marked, and nothing is done twice. */

import {mkdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import test, {type ExecutionContext} from 'ava'
import {Redis} from 'ioredis'
import * as redisV4 from 'redis-v4'
import * as redisV5 from 'redis-v5'
import type {SessionStore} from '../../src/stores/contract.js'
import {type RedisClient, redisStore} from '../../src/stores/redis.js'
import type {RedisFailure} from '../../src/stores/support/redis-errors.js'
import {entry, realContext} from '../support/clock.js'
import {startProxy} from '../support/proxy.js'
import {redisServer, startRedis} from '../support/servers/redis.js'
import {startFor, testWith} from '../support/servers/server.js'
import {until} from '../support/until.js'

const run = testWith(test, redisServer, {group: 'redis: faults', own: true})

const extension = () => ({to: Date.now() + 60_000, ifBefore: Number.POSITIVE_INFINITY})

/** What a call came to: its result, or what it failed with. */
async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
	return call.catch((error: RedisFailure) => ({code: error.code, retryable: error.retryable ?? false}))
}

/** A client that looks at the server itself. */
function direct(t: ExecutionContext, port: number): Redis {
	const client = new Redis(port, {retryStrategy: () => 50})
	client.on('error', () => {})
	t.teardown(() => client.disconnect())
	return client
}

/** The settings of docs/stores.md. */
const SETTINGS = {autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0}

type Kind = 'own client' | 'ioredis' | 'node-redis 4' | 'node-redis 5'
const KINDS: readonly Kind[] = ['own client', 'ioredis', 'node-redis 4', 'node-redis 5']

const clients = {
	ioredis: (url: string) => new Redis(url, SETTINGS),
	'node-redis 4': (url: string) => redisV4.createClient({url, socket: {reconnectStrategy: 50}}),
	'node-redis 5': (url: string) => redisV5.createClient({url, socket: {reconnectStrategy: 50}}),
}

async function openStore(t: ExecutionContext, kind: Kind, port: number, {timeoutMs = 5000, user = ''} = {}) {
	const url = `redis://${user}127.0.0.1:${port}`
	const context = {...realContext(), timeoutMs}
	const store = redisStore(kind === 'own client' ? {url} : {client: await clientOf(t, kind, url)}, context)
	t.teardown(() => store.close())
	// a short deadline may be over before a busy machine has connected
	const opens = async () => (await outcomeOf(store.open?.() ?? Promise.resolve())) === undefined
	await until(opens, 'the store did not open')
	return {store, context}
}

async function clientOf(t: ExecutionContext, kind: Exclude<Kind, 'own client'>, url: string): Promise<RedisClient> {
	const client = clients[kind](url)
	client.on('error', () => {})
	if (!(client instanceof Redis)) await client.connect()
	t.teardown(async () => {
		await client.disconnect()
	})
	return client
}

async function start(t: ExecutionContext, kind: Kind = 'own client', options = {}) {
	const server = await startFor(t, redisServer)
	const proxy = await startProxy(t, {to: server.port})
	return {
		server,
		port: server.port,
		proxy,
		redis: direct(t, server.port),
		...(await openStore(t, kind, proxy.port, options)),
	}
}

async function recovers(store: SessionStore, withinMs?: number): Promise<void> {
	const works = async () =>
		outcomeOf(store.read('key')).then(found => found === undefined || 'payload' in (found as object))
	await until(works, 'the store did not recover', withinMs)
}

for (const kind of KINDS) {
	run(`with ${kind} a write whose reply is lost is done once, and its outcome counts as unknown`, async t => {
		const {proxy, redis, store} = await start(t, kind)
		await redis.config('RESETSTAT')
		const lost = {code: 'ECONNRESET', retryable: false}
		const loses = async (call: () => Promise<unknown>) => {
			proxy.swallowReplies('', {times: 1})
			t.deepEqual(await outcomeOf(call()), lost)
			proxy.passOn()
			await recovers(store)
		}
		await loses(() => store.create('new', entry()))
		await loses(() => store.replace('new', entry('2'), Buffer.from('data')))
		await loses(() => store.replace('new', entry('3')))
		t.is(await redis.get('new'), '3')
		await loses(() => store.delete('new', Buffer.from('3')))
		await loses(() => store.delete('new'))
		t.is(await calls(redis, 'evalsha|set|del'), 7, 'SET twice, EVALSHA twice, DEL twice, and one SET inside a script')
	})

	run(`with ${kind} a read or a touch whose reply is lost may be repeated`, async t => {
		const {proxy, store} = await start(t, kind)
		await store.create('key', entry())
		for (const call of [
			() => store.read('key'),
			() => store.read('key', extension()),
			() => store.touch('key', Date.now() + 90_000),
		]) {
			proxy.swallowReplies('', {times: 1})
			t.deepEqual(await outcomeOf(call()), {code: 'ECONNRESET', retryable: true})
			proxy.passOn()
			await recovers(store)
		}
	})

	run(`with ${kind} what was never sent may be repeated, and is not sent later`, async t => {
		const {server, redis, proxy, store} = await start(t, kind)
		await server.kill()
		await until(async () => {
			const outcome = (await outcomeOf(store.create('probe', entry()))) as RedisFailure
			return outcome.retryable === true
		}, 'the store did not notice')
		for (const call of [
			() => store.create('key', entry()),
			() => store.replace('key', entry(), Buffer.from('1')),
			() => store.delete('key'),
			() => store.read('key'),
		]) {
			const {retryable} = (await outcomeOf(call())) as RedisFailure
			t.true(retryable)
		}
		await server.restart()
		proxy.passOn()
		await recovers(store)
		t.is(await redis.exists('key', 'probe'), 0)
	})
}

/** How often redis has run commands, those inside scripts included. */
async function calls(redis: Redis, names: string): Promise<number> {
	const stats = await redis.info('commandstats')
	const counts = [...stats.matchAll(new RegExp(`^cmdstat_(?:${names}):calls=(\\d+)`, 'gm'))]
	return counts.reduce((sum, [, count]) => sum + Number(count), 0)
}

run('the error names the reason for which redis cannot be reached', async t => {
	const {server, proxy, store, context} = await start(t)
	await server.kill()
	await proxy.close()
	await until(async () => {
		const error = (await outcomeOf(store.read('key'))) as RedisFailure
		return error.code === 'ECONNREFUSED'
	}, 'the reason did not come')
	t.deepEqual(
		context.warnings.map(({code}) => code),
		['KSS_REDIS_CONNECTION'],
	)
})

run('an error, a warning and their stacks never hold the password of the address', async t => {
	const server = await startFor(t, redisServer)
	await direct(t, server.port).config('SET', 'requirepass', 'right')
	const context = realContext()
	const store = redisStore({url: `redis://:hunter2@127.0.0.1:${server.port}`}, context)
	t.teardown(() => store.close())
	const error = await t.throwsAsync<RedisFailure>(async () => store.open?.())
	t.is(error?.code, 'WRONGPASS')
	t.false(`${error?.stack} ${JSON.stringify(context.warnings)}`.includes('hunter2'))
})

run('a half-open connection is left after about the deadline', async t => {
	const {proxy, store} = await start(t, 'own client', {timeoutMs: 1000})
	await store.create('key', entry())
	proxy.halfOpen()
	const since = performance.now()
	const failures = Promise.all([outcomeOf(store.read('key')), outcomeOf(store.create('other', entry()))])
	proxy.passOn()
	t.deepEqual(await failures, [
		{code: 'ETIMEDOUT', retryable: true},
		{code: 'ETIMEDOUT', retryable: false},
	])
	t.true(performance.now() - since >= 900)
	await recovers(store)
	t.truthy(await store.read('key'))
})

run('a connection on which nothing was asked for long stays', async t => {
	const {redis, store} = await start(t, 'own client', {timeoutMs: 300})
	await store.create('key', entry())
	const own = async () => /^id=(\d+) .*cmd=set/m.exec(String(await redis.client('LIST')))?.[1]
	const id = await own()
	t.truthy(id)
	await new Promise(resolve => setTimeout(resolve, 900))
	t.is(await own(), id)
	t.truthy(await store.read('key'))
})

run('a slow redis that goes on answering is not left', async t => {
	const {redis, proxy, store} = await start(t, 'own client', {timeoutMs: 1000})
	await store.create('key', entry())
	proxy.delay(600)
	const reads: Promise<unknown>[] = []
	for (let i = 0; i < 12; i++) {
		reads.push(store.read('key'))
		await new Promise(resolve => setTimeout(resolve, 150))
	}
	t.true((await Promise.all(reads)).every(Boolean))
	t.is(
		String(await redis.client('LIST'))
			.trim()
			.split('\n').length,
		2,
	)
})

run('a connection to a redis that has become a replica is left for the new primary', async t => {
	const {server, redis, proxy, store} = await start(t)
	const primary = await startFor(t, redisServer)
	await store.create('key', entry())
	await redis.replicaof('127.0.0.1', primary.port)
	proxy.leadTo(primary.port)
	t.deepEqual(await outcomeOf(store.create('other', entry())), {code: 'READONLY', retryable: true})
	await until(async () => {
		const outcome = (await outcomeOf(store.create('other', entry()))) as {outcome?: string}
		return outcome.outcome === 'written'
	}, 'the store did not reach the new primary')
	t.is(await direct(t, primary.port).get('other'), 'data')
	t.not(primary.port, server.port)
})

run('only so many commands wait for a redis that hangs; more fail at once and say why', async t => {
	const {server, store} = await start(t)
	await store.create('key', entry())
	server.pause()
	t.teardown(() => server.resume())
	let failed = 0
	const reads = Array.from({length: 5100}, () =>
		store.read('key').catch((error: RedisFailure) => {
			failed += 1
			t.is(error.code, 'EBUSY')
			t.regex(error.message, /5000 commands wait .* try again/)
		}),
	)
	await until(() => failed === 100, `${failed} have failed`)
	server.resume()
	await Promise.all(reads)
	t.is(failed, 100)
	t.truthy(await store.read('key'))
})

run('what waits for a connection is not sent when its deadline has passed', async t => {
	const {server, redis, proxy, store} = await start(t, 'own client', {timeoutMs: 300})
	proxy.refuse()
	await until(async () => {
		const outcome = (await outcomeOf(store.create('probe', entry()))) as RedisFailure
		return outcome.retryable === true
	}, 'the store did not notice')
	// the connection is made, and hangs before it is ready
	server.pause()
	proxy.passOn()
	const waiting = outcomeOf(store.create('late', entry()))
	await new Promise(resolve => setTimeout(resolve, 350))
	server.resume()
	t.true(((await waiting) as RedisFailure).retryable)
	await recovers(store)
	t.is(await redis.exists('late'), 0)
})

run('what redis refuses because of its state may be repeated, another refusal may not', async t => {
	const {redis, store} = await start(t, 'ioredis')
	await redis.config('SET', 'min-replicas-to-write', '1')
	t.deepEqual(await outcomeOf(store.create('key', entry())), {code: 'NOREPLICAS', retryable: true})
	await redis.config('SET', 'min-replicas-to-write', '0')
	await redis.config('SET', 'maxmemory', '1')
	t.deepEqual(await outcomeOf(store.create('key', entry())), {code: 'OOM', retryable: false})
	await redis.config('SET', 'maxmemory', '0')
	await redis.lpush('list', 'x')
	t.deepEqual(await outcomeOf(store.read('list')), {code: 'WRONGTYPE', retryable: false})
})

run('sessions are read, and not extended, while redis cannot save and refuses to write', async t => {
	const server = await startRedis('--dbfilename', 'blocked.rdb', '--save', '3600', '1')
	t.teardown(() => server.stop())
	const {store} = await openStore(t, 'own client', server.port)
	const redis = direct(t, server.port)
	await store.create('key', entry())
	mkdirSync(join(server.directory, 'blocked.rdb'))
	await redis.bgsave()
	await until(async () => (await redis.info('persistence')).includes('rdb_last_bgsave_status:err'), 'it could save')
	t.deepEqual(await outcomeOf(store.create('other', entry())), {code: 'MISCONF', retryable: false})
	const record = await store.read('key', extension())
	t.is(`${record?.payload}`, 'data')
	t.false(record?.extended)
})

run('an error never holds what redis quotes of a command', async t => {
	const server = await startRedis('--rename-command', 'SET', '')
	t.teardown(() => server.stop())
	const {store} = await openStore(t, 'own client', server.port)
	const error = await t.throwsAsync<RedisFailure>(store.create('session:id', entry('secret')))
	t.regex(error?.message ?? '', /^ERR unknown command/)
	t.notRegex(JSON.stringify({...error}) + error?.stack, /session:id|secret/)
})

run('the rights that the docs give a user of redis are enough', async t => {
	const {port, redis} = await start(t)
	const [, words = ''] = /^ *ACL SETUSER (.*)$/m.exec(readFileSync('docs/stores.md', 'utf8')) ?? []
	await redis.call('ACL', 'SETUSER', ...words.split(' '))
	const {store, context} = await openStore(t, 'own client', port, {user: 'sessions:secret@'})
	for (const key of ['session:a', 'lock:session:a', 'ended:session:a']) {
		t.like(await outcomeOf(store.create(key, entry())), {outcome: 'written'})
		t.like(await outcomeOf(store.read(key)), {extended: false})
		t.like(await outcomeOf(store.read(key, extension())), {extended: true})
		t.like(await outcomeOf(store.replace(key, entry('2'))), {outcome: 'written'})
		t.like(await outcomeOf(store.replace(key, entry('3'), Buffer.from('2'))), {outcome: 'written'})
		t.is(await outcomeOf(store.touch(key, Date.now() + 60_000)), true)
		t.like(await outcomeOf(store.delete(key, Buffer.from('3'))), {outcome: 'deleted'})
		t.like(await outcomeOf(store.delete(key)), {outcome: 'gone'})
	}
	for await (const key of store.list?.({prefix: 'session:'}) ?? []) t.log(key)
	t.deepEqual(context.warnings, [])
	t.like(await outcomeOf(store.read('other')), {code: 'NOPERM'})
	const refused = String(await redis.call('ACL', 'LOG'))
	t.notRegex(refused, /command/, refused)
})

run('a client with settings under which a write can be done twice gets one warning that names the setting', async t => {
	const {port} = await startFor(t, redisServer)
	const warnings = (client: RedisClient) => {
		const context = realContext()
		redisStore({client}, context)
		return context.warnings.map(({code, message}) => `${code}: ${message}`)
	}
	const client = (options: object) => {
		const made = new Redis(port, options)
		t.teardown(() => made.disconnect())
		return made
	}
	t.regex(warnings(client({})).join('\n'), /^KSS_REDIS_CLIENT_SETTING: .*autoResendUnfulfilledCommands is true.*$/)
	t.deepEqual(warnings(client({autoResendUnfulfilledCommands: false})), [])
	t.deepEqual(warnings(client({maxRetriesPerRequest: 0})), [])
	t.deepEqual(warnings(redisV5.createClient({url: `redis://127.0.0.1:${port}`})), [])
})
