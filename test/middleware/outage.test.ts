/** A redis that is paused, killed and started again, as an application sees it. */
import test, {type ExecutionContext} from 'ava'
import {Redis} from 'ioredis'
import type {SessionConfig, SessionError} from '../../src/index.js'
import {put, type RouteHandler, site} from '../support/served-site.js'
import {redisServer} from '../support/servers/redis.js'
import {startFor, testWith} from '../support/servers/server.js'
import {until} from '../support/until.js'

const redisTest = testWith(test, redisServer, {group: 'outages of redis', own: true})

const routes: Readonly<Record<string, RouteHandler>> = {
	'/login': ({session}) => put(session, {user: 'ada'}),
	'/user': ({session}) => session.user ?? 'nobody',
	'/untouched': () => {},
}

/** An application over a redis of its own, by a client that is given or one of the store's own. */
async function outage(t: ExecutionContext, clientOptions?: object) {
	const server = await startFor(t, redisServer)
	let given: Redis | undefined
	if (clientOptions !== undefined) {
		given = new Redis(server.port, clientOptions)
		given.on('error', () => {})
		t.teardown(() => given?.disconnect())
	}
	const config: SessionConfig = {
		SESSION_TYPE: 'redis',
		SESSION_REDIS: given ?? server.url,
		SESSION_STORE_TIMEOUT: 0.5,
	}
	return {server, ...(await site(t, {config, ownStore: true, routes}))}
}

const SOON = 3000

for (const [whose, clientOptions] of [
	["the store's own client", undefined],
	['a client of ioredis with its defaults', {}],
	['a client of ioredis without an offline queue', {enableOfflineQueue: false}],
] as const) {
	redisTest(`a redis that hangs is a 503 within the timeout, and works again when it does: ${whose}`, async t => {
		const {server, visitor, request, errors} = await outage(t, clientOptions)
		const ada = visitor()
		await until(async () => (await ada('/login')).status === 200, 'redis did not start')
		errors.length = 0
		const {cookie} = ada
		server.pause()
		const started = performance.now()
		const [answer, without, fresh] = await Promise.all([ada('/user'), request('/untouched'), request('/login')])
		t.true(performance.now() - started < SOON)
		t.deepEqual([answer.status, answer.setCookie], [503, []])
		t.is(without.status, 200)
		t.deepEqual([fresh.status, fresh.setCookie], [503, []])
		t.is(errors.length, 2)
		// the store's own client leaves the connection when the time is over
		for (const {code} of errors) t.regex(code ?? '', /^ERR_SESSION_STORE(_TIMEOUT)?$/)
		server.resume()
		await until(async () => (await ada('/user')).status === 200, 'the application did not recover')
		t.is((await ada('/user')).body, 'ada')
		t.is(ada.cookie as string | undefined, cookie)
	})

	redisTest(`a redis that is gone is a 503 within the timeout, and works again when it is back: ${whose}`, async t => {
		const {server, visitor, request, errors} = await outage(t, clientOptions)
		const ada = visitor()
		await until(async () => (await ada('/login')).status === 200, 'redis did not start')
		errors.length = 0
		const {cookie} = ada
		await server.kill()
		for (let attempt = 0; attempt < 3; attempt++) {
			const started = performance.now()
			const answer = await ada('/user')
			t.true(performance.now() - started < SOON)
			t.deepEqual([answer.status, answer.setCookie], [503, []])
		}
		t.is((await request('/untouched')).status, 200)
		t.is((await request('/user')).body, 'nobody')
		t.is(errors.length, 3)
		t.true(errors.every(({code}) => code === 'ERR_SESSION_STORE' || code === 'ERR_SESSION_STORE_TIMEOUT'))
		t.is(ada.cookie as string | undefined, cookie)
		await server.restart()
		await until(async () => (await ada('/login')).status === 200, 'the application did not recover')
		t.is((await ada('/user')).body, 'ada')
	})
}

redisTest('an application that starts before redis serves sessions once redis is there', async t => {
	const server = await startFor(t, redisServer)
	await server.kill()
	const {visitor, request, sessions} = await site(t, {
		config: {SESSION_TYPE: 'redis', SESSION_REDIS: server.url, SESSION_STORE_TIMEOUT: 0.5},
		ownStore: true,
		routes,
	})
	t.regex(String((await t.throwsAsync<SessionError>(sessions.ready()))?.code), /^ERR_SESSION_STORE/)
	t.is((await request('/untouched')).status, 200)
	t.is((await request('/login')).status, 503)
	await server.restart()
	const ada = visitor()
	await until(async () => (await ada('/login')).status === 200, 'the application did not recover')
	t.is((await ada('/user')).body, 'ada')
})
