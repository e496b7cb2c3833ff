/** What an application does while the server of its store hangs, is gone or comes late: the same for every store. */

import type {ExecutionContext, TestFn} from 'ava'
import type {SessionConfig, SessionError} from '../../src/index.js'
import {startProxy} from './proxy.js'
import {put, type RouteHandler, site} from './served-site.js'
import {type RunningServer, type TestServer, testWith} from './servers/server.js'
import {until} from './until.js'

/** What {@link testOutages} needs. */
export interface OutageOptions {
	/** For the titles: which store, and whose client. */
	readonly name: string
	readonly server: TestServer
	/** The configuration of the store at `port`; clients that it makes end with the test. */
	config(t: ExecutionContext, port: number, server: RunningServer): SessionConfig
}

const routes: Readonly<Record<string, RouteHandler>> = {
	'/login': ({session}) => put(session, {user: 'ada'}),
	'/user': ({session}) => session.user ?? 'nobody',
	'/untouched': () => {},
}

const SOON = 3000

/** Declares the tests, which share one server and leave it running. */
export function testOutages(test: TestFn, {name, server: kind, config}: OutageOptions): void {
	const run = testWith(test.serial as TestFn, kind, {group: `outages: ${name}`, own: true})
	let running: Promise<RunningServer> | undefined
	test.after.always(`${name}: the server is stopped`, async () => (await running)?.stop())

	async function start(t: ExecutionContext) {
		running ??= kind.start()
		const server = await running
		const proxy = await startProxy(t, {to: server.port})
		const application = () =>
			site(t, {
				config: {SESSION_STORE_TIMEOUT: 0.5, ...config(t, proxy.port, server)},
				ownStore: true,
				routes,
			})
		return {server, proxy, application}
	}

	async function loggedIn({visitor, errors}: Awaited<ReturnType<typeof site>>) {
		const ada = visitor()
		await until(async () => (await ada('/login')).status === 200, `${name} did not start`)
		errors.length = 0
		return ada
	}

	run(`${name}: a server that does not answer is a 503 within the timeout; it is used again when it does`, async t => {
		const {proxy, application} = await start(t)
		const app = await application()
		const ada = await loggedIn(app)
		const {cookie} = ada
		proxy.halfOpen()
		const started = performance.now()
		const [known, without, fresh] = await Promise.all([ada('/user'), app.request('/untouched'), app.request('/login')])
		t.true(performance.now() - started < SOON)
		t.deepEqual([known.status, known.setCookie], [503, []])
		t.is(without.status, 200)
		t.deepEqual([fresh.status, fresh.setCookie], [503, []])
		t.is(app.errors.length, 2)
		proxy.passOn()
		await until(async () => (await ada('/user')).status === 200, 'the application did not recover', 30_000)
		t.is((await ada('/user')).body, 'ada')
		t.is(ada.cookie as string | undefined, cookie)
	})

	run(`${name}: more requests than connections, while the server does not answer, leave none behind`, async t => {
		const {proxy, application} = await start(t)
		const app = await application()
		const ada = await loggedIn(app)
		proxy.halfOpen()
		const answers = await Promise.all(Array.from({length: 30}, () => ada('/user')))
		t.deepEqual([...new Set(answers.map(({status}) => status))], [503])
		proxy.passOn()
		await until(async () => (await ada('/user')).status === 200, 'the application did not recover', 30_000)
		const after = await Promise.all(Array.from({length: 30}, () => ada('/user')))
		t.deepEqual([...new Set(after.map(({status}) => status))], [200])
	})

	run(`${name}: connections that were cut are replaced`, async t => {
		const {proxy, application} = await start(t)
		const ada = await loggedIn(await application())
		for (const how of ['reset', 'end'] as const) {
			proxy.cut(how)
			await until(async () => (await ada('/user')).body === 'ada', 'the application did not recover')
		}
		t.pass()
	})

	run(`${name}: a server that is gone is a 503 within the timeout; it is used again when it is back`, async t => {
		const {server, application} = await start(t)
		const app = await application()
		const ada = await loggedIn(app)
		const {cookie} = ada
		await server.kill()
		for (let attempt = 0; attempt < 3; attempt++) {
			const started = performance.now()
			const answer = await ada('/user')
			t.true(performance.now() - started < SOON)
			t.deepEqual([answer.status, answer.setCookie], [503, []])
		}
		t.is((await app.request('/untouched')).status, 200)
		t.is((await app.request('/user')).body, 'nobody')
		t.true(app.errors.every(({code}) => code === 'ERR_SESSION_STORE' || code === 'ERR_SESSION_STORE_TIMEOUT'))
		t.is(ada.cookie as string | undefined, cookie)
		await server.restart()
		await until(async () => (await ada('/user')).status === 200, 'the application did not recover', 30_000)
		t.is((await ada('/login')).status, 200)
	})

	run(`${name}: an application that starts before the server serves sessions once it is there`, async t => {
		const {server, application} = await start(t)
		await server.kill()
		const {visitor, request, sessions} = await application()
		t.regex(String((await t.throwsAsync<SessionError>(sessions.ready()))?.code), /^ERR_SESSION_STORE/)
		t.is((await request('/untouched')).status, 200)
		t.is((await request('/login')).status, 503)
		await server.restart()
		const ada = visitor()
		await until(async () => (await ada('/login')).status === 200, 'the application did not recover', 30_000)
		t.is((await ada('/user')).body, 'ada')
	})
}
