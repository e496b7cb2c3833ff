/** Long runs of faults of redis: `npm run test:faults`. Shorter ones are in test/stores/redis-load.test.ts. */

import test from 'ava'
import {Redis} from 'ioredis'
import {startProxy} from '../support/proxy.js'
import {configFor, hangs, killsUnderLoad, WHOSE} from '../support/redis-load.js'
import {redisServer, startRedis} from '../support/servers/redis.js'
import {startFor} from '../support/servers/server.js'
import {openSite} from '../support/site.js'
import {until} from '../support/until.js'

for (const whose of WHOSE) {
	test.serial(`20 kills of redis under load lose nothing and do nothing twice: ${whose}`, async t => {
		t.timeout(180_000)
		const server = await startRedis('--appendonly', 'yes', '--appendfsync', 'always')
		t.teardown(() => server.stop())
		await killsUnderLoad(t, server, {whose, kills: 20, visitors: 24})
	})
}

for (const whose of WHOSE) {
	test.serial(`a hang of 10 s and 30,000 requests meanwhile leave the memory bounded: ${whose}`, async t => {
		t.timeout(180_000)
		const server = await startFor(t, redisServer)
		const {grownMb, slowestMs, servedAfterMs} = await hangs(t, server, {whose, requests: 30_000, ms: 10_000})
		t.log(
			`heap +${grownMb.toFixed(1)} MB, slowest ${slowestMs.toFixed(0)} ms, served after ${servedAfterMs.toFixed(0)} ms`,
		)
		t.true(grownMb < 40, `${grownMb} MB`)
	})
}

for (const whose of WHOSE) {
	test.serial(`a half-open connection is left after about the deadline: ${whose}`, async t => {
		const server = await startFor(t, redisServer)
		const proxy = await startProxy(t, {to: server.port})
		const site = openSite(undefined, configFor(t, whose, proxy.port, 5000))
		t.teardown(() => site.sessions.close())
		const sid = await site.begin({user: 'ada'})
		proxy.halfOpen()
		proxy.passOn()
		const since = performance.now()
		const isServed = async () => (await site.visit(({session}) => session.user, sid)).status === 200
		await until(isServed, 'the application did not recover', 60_000)
		const ms = performance.now() - since
		t.log(`served again after ${ms.toFixed(0)} ms`)
		t.true(ms < 10_000, `${ms} ms`)
	})

	test.serial(`a failover behind one address is followed: ${whose}`, async t => {
		const [old, next] = [await startFor(t, redisServer), await startFor(t, redisServer)]
		const proxy = await startProxy(t, {to: old.port})
		const site = openSite(undefined, configFor(t, whose, proxy.port, 5000))
		t.teardown(() => site.sessions.close())
		const sid = await site.begin({user: 'ada'})
		const [before, after] = [old, next].map(({url}) => new Redis(url))
		t.teardown(() => [before, after].map(redis => redis?.disconnect()))
		await after?.replicaof('127.0.0.1', old.port)
		await until(async () => (await after?.dbsize()) === 1, 'the replica did not follow')
		await after?.replicaof('NO', 'ONE')
		await before?.replicaof('127.0.0.1', next.port)
		proxy.leadTo(next.port)
		const since = performance.now()
		const isServed = async () => (await site.visit(({session}) => session.user, sid)).status === 200
		await until(isServed, 'the application did not reach the new primary')
		t.log(`served again after ${(performance.now() - since).toFixed(0)} ms`)
		t.is(
			String(await after?.client('LIST'))
				.trim()
				.split('\n').length >= 2,
			true,
		)
	})
}
