import {setTimeout as sleep} from 'node:timers/promises'
import test, {type ExecutionContext} from 'ava'
import {Redis} from 'ioredis'
import * as redisV4 from 'redis-v4'
import * as redisV5 from 'redis-v5'
import {options} from '../../src/generated/options.js'
import type {SessionStore} from '../../src/stores/contract.js'
import {redisStore} from '../../src/stores/redis.js'
import {entry, inMs, manualContext, realContext} from '../support/clock.js'
import {redisServer} from '../support/servers/redis.js'
import {startFor, testWith} from '../support/servers/server.js'
import {until} from '../support/until.js'

const run = testWith(test, redisServer, {group: 'redis: commands, outages and clients', own: true})

const payload = Buffer.from('data')

async function server(t: ExecutionContext) {
	const redis = await startFor(t, redisServer)
	return redis
}

function ioredis(t: ExecutionContext, url: string, options = {}) {
	const client = new Redis(url, {autoResendUnfulfilledCommands: false, ...options})
	client.on('error', () => {})
	t.teardown(() => client.disconnect())
	return client
}

interface Connectable {
	on(event: 'error', listener: () => void): unknown
	connect(): Promise<unknown>
	disconnect(): unknown
}

async function connected<T extends Connectable>(t: ExecutionContext, client: T): Promise<T> {
	client.on('error', () => {})
	await client.connect()
	t.teardown(async () => {
		await client.disconnect()
	})
	return client
}

/** ioredis loses its way when a command of someone else is reported together with the start: then it is begun anew. */
async function startMonitor(url: string) {
	for (let attempt = 1; attempt <= 5; attempt++) {
		const client = new Redis(url)
		const monitor = await Promise.race([client.monitor(), sleep(1000)])
		if (monitor) {
			const isOn = new Promise<boolean>(resolve => {
				monitor.on('monitor', (_time: string, [, text]: string[]) => text === 'monitor is on' && resolve(true))
			})
			await client.echo('monitor is on')
			if (await Promise.race([isOn, sleep(1000, false)])) return {client, monitor}
			monitor.disconnect()
		}
		client.disconnect()
	}
	throw new Error('MONITOR could not be started')
}

/** The commands that clients send while `action` runs; those inside scripts do not count. */
async function commandsOf(url: string, action: () => Promise<unknown>): Promise<string[]> {
	const {client, monitor} = await startMonitor(url)
	const seen: string[] = []
	monitor.on('monitor', (_time: string, [name = '', ...args]: string[], source: string) => {
		if (source !== 'lua') seen.push([name.toUpperCase(), ...args].join(' '))
	})
	await action()
	await client.echo('end of the action')
	await until(() => seen.some(line => line === 'ECHO end of the action'), 'MONITOR did not show all')
	monitor.disconnect()
	client.disconnect()
	return seen.slice(0, -1)
}

run('takes one command for each operation', async t => {
	const {url} = await server(t)
	const context = manualContext()
	const store = redisStore({client: ioredis(t, url)}, context)
	const at = context.in
	const revision = async () => (await store.read('key'))?.revision
	// Makes the scripts known to the server.
	await store.create('warm', {payload, expiresAt: at(60_000)})
	await store.read('warm', {to: at(60_000), ifBefore: at(1)})
	await store.replace('warm', {payload, expiresAt: at(60_000)}, payload)
	await store.delete('warm', payload)

	const once = async (action: () => Promise<unknown>, expected: RegExp) => {
		const seen = await commandsOf(url, action)
		t.is(seen.length, 1, seen.join('\n'))
		t.regex(seen[0] ?? '', expected)
	}
	await once(() => store.create('key', {payload, expiresAt: at(60_000)}), /^SET key data PX 60000 NX$/)
	await once(() => store.read('key'), /^GET key$/)
	await once(() => store.read('key', {to: at(90_000), ifBefore: Number.POSITIVE_INFINITY}), /^EVALSHA .* 1 key 90000$/)
	await once(() => store.read('key', {to: at(90_000), ifBefore: at(1)}), /^EVALSHA .* 1 key 90000 1$/)
	await once(() => store.replace('key', {payload, expiresAt: at(60_000)}), /^SET key data PX 60000 XX$/)
	const current = await revision()
	await once(() => store.replace('key', {payload, expiresAt: at(60_000)}, current), /^EVALSHA .* key data data 60000$/)
	await once(() => store.touch('key', at(70_000)), /^PEXPIRE key 70000$/)
	await once(() => store.delete('key', current), /^EVALSHA .* key data$/)
	await once(() => store.delete('key'), /^DEL key$/)
})

run('stores what Flask-Session stores: a string under the key as given, with an expiry', async t => {
	const {url} = await server(t)
	const client = ioredis(t, url)
	const store = redisStore({client})
	const expires = async () => (await client.pttl('session:abc')) > 59_000
	await store.create('session:abc', entry('first'))
	t.is(await client.type('session:abc'), 'string')
	t.is(await client.get('session:abc'), 'first')
	t.true(await expires())
	await store.replace('session:abc', entry('second'))
	t.true(await expires())
	await store.replace('session:abc', entry('third'), Buffer.from('second'))
	t.true(await expires())
	await client.set('session:abc', '')
	t.is(await store.read('session:abc'), undefined, 'an empty string should count as missing')
	t.deepEqual(await store.replace('session:abc', entry(), Buffer.from('')), {outcome: 'gone'})
})

run('reads a record without expiry, and gives it none unless asked', async t => {
	const {url} = await server(t)
	const client = ioredis(t, url)
	const store = redisStore({client})
	await client.set('key', 'theirs')
	t.is((await store.read('key'))?.expiresAt, undefined)
	const record = await store.read('key', {to: inMs(60_000), ifBefore: inMs(30_000)})
	t.is(`${record?.payload}`, 'theirs')
	t.is(record?.expiresAt, undefined)
	t.is(await client.pttl('key'), -1)
})

run('loads its scripts when it is opened, so that even the first use of one is one command', async t => {
	const {url} = await server(t)
	for (const client of [ioredis(t, url), await connected(t, redisV5.createClient({url}))]) {
		await ioredis(t, url).script('FLUSH')
		const store = redisStore({client})
		await store.open?.()
		await store.create('key', entry('1'))
		const seen = await commandsOf(url, () => store.replace('key', entry('1'), Buffer.from('1')))
		t.is(seen.length, 1)
		await store.delete('key')
	}
})

run('sends a script in full when the server has forgotten it', async t => {
	const {url} = await server(t)
	const clients: [string, Parameters<typeof redisStore>[0]][] = [['ioredis', {client: ioredis(t, url)}]]
	for (const client of [redisV4.createClient({url}), redisV5.createClient({url})]) {
		clients.push(['node-redis', {client: await connected(t, client)}])
	}
	for (const [name, options] of clients) {
		const store = redisStore(options)
		await store.create('key', entry('1'))
		for (const round of [1, 2]) {
			await ioredis(t, url).script('FLUSH')
			const seen = await commandsOf(url, () => store.replace('key', entry('1'), Buffer.from('1')))
			t.deepEqual(
				seen.map(line => line.split(' ')[0]),
				['EVALSHA', 'EVAL'],
				`${name}, round ${round}`,
			)
			const again = await commandsOf(url, () => store.replace('key', entry('1'), Buffer.from('1')))
			t.is(again.length, 1)
		}
		await store.delete('key')
	}
})

run('uses and strips the keyPrefix of ioredis', async t => {
	const {url} = await server(t)
	const client = ioredis(t, url, {keyPrefix: 'app:'})
	const store = redisStore({client})
	await store.create('session:a', entry('1'))
	await store.replace('session:a', entry('2'), Buffer.from('1'))
	t.is(await ioredis(t, url).get('app:session:a'), '2')
	await ioredis(t, url).set('session:b', 'not of this application')
	t.deepEqual(await keysOf(store), ['session:a'])
})

run('lists strings only', async t => {
	const {url} = await server(t)
	const client = ioredis(t, url)
	await client.sadd('session:set', 'x')
	const store = redisStore({client})
	await store.create('session:a', entry())
	t.deepEqual(await keysOf(store), ['session:a'])
})

run('gives bytes whatever the client makes of replies', async t => {
	const {url} = await server(t)
	const bytes = Buffer.from([0, 255, 128, 10, 13])
	const v5 = redisV5.createClient({url, RESP: 3, commandOptions: {typeMapping: {58: String, 36: String}}})
	const legacy = redisV4.createClient({url, legacyMode: true})
	const clients = {
		'ioredis stringNumbers': ioredis(t, url, {stringNumbers: true}),
		'ioredis autopipelining': ioredis(t, url, {enableAutoPipelining: true}),
		'node-redis 5 RESP3 mapped to text': await connected(t, v5),
		'node-redis 4 legacy mode': await connected(t, legacy),
	}
	for (const [name, client] of Object.entries(clients)) {
		const store = redisStore({client})
		t.is((await store.create(name, {payload: bytes, expiresAt: inMs(60_000)})).outcome, 'written')
		t.is((await store.create(name, entry())).outcome, 'conflict')
		const record = await store.read(name, {to: inMs(60_000), ifBefore: Number.POSITIVE_INFINITY})
		t.deepEqual(record?.payload, bytes, name)
		t.truthy(await store.read(name, {to: inMs(60_000), ifBefore: inMs(1)}), name)
		t.is((await store.replace(name, entry('x'), Buffer.from('y'))).outcome, 'conflict')
		t.is((await store.replace(name, entry('x'), record?.revision)).outcome, 'written')
		t.true(await store.touch(name, inMs(60_000)))
		t.deepEqual(await store.delete(name), {outcome: 'deleted'})
		t.deepEqual(await store.delete(name), {outcome: 'gone'})
	}
})

run('opens a client of its own from a URL, and closes it', async t => {
	const {url} = await server(t)
	const store = redisStore({url})
	await store.open?.()
	await store.create('key', entry())
	const watcher = ioredis(t, url)
	const clients = async () =>
		String(await watcher.client('LIST'))
			.trim()
			.split('\n').length
	t.is(await clients(), 2)
	await store.close()
	await until(async () => (await clients()) === 1, 'the client was not closed')
})

run('leaves a client open that was passed in', async t => {
	const {url} = await server(t)
	const client = ioredis(t, url)
	const store = redisStore({client})
	await store.close()
	t.is(await client.ping(), 'PONG')
})

run('rejects while redis is down, warns once without a crash, and works again when it is back', async t => {
	const redis = await server(t)
	const context = realContext()
	const store = redisStore({url: redis.url}, context)
	t.teardown(() => store.close())
	await store.open?.()
	await redis.kill()
	await t.throwsAsync(store.read('key'))
	await t.throwsAsync(store.create('key', entry()))
	t.deepEqual(
		context.warnings.map(({code}) => code),
		['KSS_REDIS_CONNECTION'],
	)
	await redis.restart()
	await until(
		async () =>
			store.create('key', entry()).then(
				() => true,
				() => false,
			),
		'the store did not recover',
	)
	t.truthy(await store.read('key'))
})

run('rejects to open when redis is down', async t => {
	const redis = await server(t)
	await redis.kill()
	const store = redisStore({url: redis.url}, realContext())
	await t.throwsAsync(async () => store.open?.())
	await store.close()
})

run('waits for a redis that hangs, and goes on when it answers again', async t => {
	const redis = await server(t)
	const store = redisStore({client: ioredis(t, redis.url)})
	await store.create('key', entry())
	redis.pause()
	const waiting = store.read('key')
	const first = await Promise.race([waiting, new Promise(resolve => setTimeout(resolve, 200, 'nothing yet'))])
	t.is(first, 'nothing yet')
	redis.resume()
	t.truthy(await waiting)
})

run('needs those methods of an ioredis client that the configuration asks for, and no others', async t => {
	const {url} = await server(t)
	const client = ioredis(t, url) as unknown as Record<string, (...args: unknown[]) => unknown>
	const [methods = []] = options.SESSION_REDIS.methodSets ?? []
	t.true(methods.length > 1)
	const look = Object.fromEntries(methods.map(name => [name, (...args: unknown[]) => client[name]?.(...args)]))
	const store = redisStore({client: look as never})
	await store.open?.()
	await ioredis(t, url).script('FLUSH')
	t.is((await store.create('session:a', entry('1'))).outcome, 'written')
	const record = await store.read('session:a', {to: inMs(60_000), ifBefore: Number.POSITIVE_INFINITY})
	t.is((await store.read('session:a'))?.payload.byteLength, 1)
	t.is((await store.replace('session:a', entry('2'), record?.revision)).outcome, 'written')
	t.true(await store.touch('session:a', inMs(60_000)))
	t.deepEqual(await keysOf(store), ['session:a'])
	t.deepEqual(await store.delete('session:a'), {outcome: 'deleted'})
})

test('refuses a client that is none', t => {
	t.throws(() => redisStore({client: {} as never}), {code: 'ERR_SESSION_CONFIG'})
})

async function keysOf(store: SessionStore): Promise<string[]> {
	const keys: string[] = []
	for await (const key of store.list?.({prefix: 'session:'}) ?? []) keys.push(key)
	return keys
}
