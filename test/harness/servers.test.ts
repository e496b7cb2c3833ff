/** The servers of the tests themselves: each is really there after its start, and really gone after its end. */

import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync} from 'node:fs'
import test from 'ava'
import {servers} from '../support/servers/index.js'
import {answers} from '../support/servers/ports.js'
import {redisServer} from '../support/servers/redis.js'
import {startFor, testWith} from '../support/servers/server.js'
import {until} from '../support/until.js'

const serial = test.serial as typeof test

for (const server of servers) {
	testWith(serial, server, {own: true})(`${server.name} starts, is killed, starts again, and ends`, async t => {
		const running = await startFor(t, server)
		const {port, directory} = running
		const first = running.pid
		t.true(await answers(port))
		t.true(exists(first))
		await running.kill()
		t.false(await answers(port))
		t.false(exists(first))
		await running.restart()
		t.true(await answers(port))
		await running.stop()
		t.false(await answers(port))
		t.false(exists(running.pid))
		t.false(existsSync(directory))
	})
}

testWith(serial, redisServer, {own: true})('a server ends with a test process that is killed', async t => {
	const file = new URL('../support/start-redis.ts', import.meta.url)
	const child = spawn(process.execPath, ['--import=tsx', file.pathname], {stdio: ['ignore', 'pipe', 'inherit']})
	t.teardown(() => child.kill('SIGKILL'))
	const [output] = await once(child.stdout, 'data')
	const {pid, directory} = JSON.parse(output)
	t.true(exists(pid))
	child.kill('SIGKILL')
	await until(() => !exists(pid) && !existsSync(directory), 'redis did not end')
})

function exists(pid: number): boolean {
	try {
		return process.kill(pid, 0)
	} catch {
		return false
	}
}
