/** The redis store under load while its server is killed or hangs; `npm run test:faults` does it for longer. */

import test from 'ava'
import {hangs, killsUnderLoad, WHOSE} from '../support/redis-load.js'
import {redisServer, startRedis} from '../support/servers/redis.js'
import {startFor, testWith} from '../support/servers/server.js'

const run = testWith(test.serial as typeof test, redisServer, {group: 'redis: load', own: true})

for (const whose of WHOSE) {
	run(`kills of redis under load lose nothing and do nothing twice: ${whose}`, async t => {
		const server = await startRedis('--appendonly', 'yes', '--appendfsync', 'always')
		t.teardown(() => server.stop())
		await killsUnderLoad(t, server, {whose, kills: 3, visitors: 12})
	})

	run(`what is asked of a redis that hangs does not pile up: ${whose}`, async t => {
		const server = await startFor(t, redisServer)
		const {grownMb} = await hangs(t, server, {whose, requests: 6000, ms: 0})
		t.true(grownMb < 30, `${grownMb} MB`)
	})
}
