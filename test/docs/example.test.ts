import {createHash} from 'node:crypto'
import {once} from 'node:events'
import {readdir, readFile} from 'node:fs/promises'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import test, {type ExecutionContext} from 'ava'
import {Redis} from 'ioredis'
import {startExample} from '../support/example.js'
import {redisServer} from '../support/servers/redis.js'
import {startFor, testWith} from '../support/servers/server.js'

const withRedis = testWith(test, redisServer, {group: 'the example on redis', own: true})

test('npm start runs the example after the set-up', async t => {
	const {scripts} = JSON.parse(await readFile('package.json', 'utf8'))
	t.is(scripts.start, 'tsx examples/app.ts')
	t.is(scripts.prestart, 'node scripts/setup.mjs')
})

test('the example logs in, counts, flashes and logs out on the file store', async t => {
	const {url, directory, lines} = await startExample(t, {PORT: '0'})
	t.deepEqual(lines, ['Sessions are stored in files in ./flask_session.'])
	const {live, ended} = await walk(t, url)
	const files = await readdir(join(directory, 'flask_session'))
	t.true(files.includes(fileOf(live)))
	for (const sid of ended) t.false(files.includes(fileOf(sid)))
})

withRedis('the example logs in, counts, flashes and logs out on redis', async t => {
	const redis = await startFor(t, redisServer)
	const client = new Redis(redis.url)
	t.teardown(() => client.quit())
	const {url, lines} = await startExample(t, {PORT: '0', SESSION_TYPE: 'redis', SESSION_REDIS: redis.url})
	t.deepEqual(lines, [`Sessions are stored in redis at 127.0.0.1:${redis.port}.`])
	const {live, ended} = await walk(t, url)
	t.is(await client.exists(`session:${live}`), 1)
	t.is(await client.exists(ended.map(sid => `session:${sid}`)), 0)
})

withRedis('a store that is down is a friendly 503, and the example recovers with it', async t => {
	const redis = await startFor(t, redisServer)
	const {url} = await startExample(t, {PORT: '0', SESSION_TYPE: 'redis', SESSION_REDIS: redis.url})
	const visitor = browser(url)
	await visitor.get('/')

	await redis.kill()
	const down = await visitor.get('/')
	t.is(down.status, 503)
	t.regex(down.text, /The session store does not answer at the moment/)
	t.deepEqual(down.cookies, [])

	await redis.restart()
	let {status} = down
	for (let attempt = 0; status === 503 && attempt < 100; attempt++) status = (await visitor.get('/')).status
	t.is(status, 200)
})

test('a form without the token of the session is refused', async t => {
	const {url} = await startExample(t, {PORT: '0'})
	const visitor = browser(url)
	await visitor.get('/')
	for (const csrf of ['', 'x', 'x'.repeat(43)]) t.is((await visitor.send('/count', {csrf})).status, 403)
	t.is((await browser(url).post('/count')).status, 403)
	t.is(counterOf((await visitor.get('/')).text), 0)
})

test('what a visitor has typed is shown as text', async t => {
	const {url} = await startExample(t, {PORT: '0'})
	const visitor = browser(url)
	await visitor.get('/')
	await visitor.post('/login', {name: '<b>Ann'})
	const {text} = await visitor.get('/')
	t.true(text.includes('Hello, &lt;b&gt;Ann'))
	t.false(text.includes('<b>Ann'))
})

test('the example takes another port when its own is not free and PORT is not set', async t => {
	const taken = createServer().listen(3000)
	// somebody else on this machine may have it already, which is as good: `once` rejects then
	await once(taken, 'listening').catch(() => {})
	t.teardown(() => taken.close())
	const {url} = await startExample(t, {})
	t.not(new URL(url).port, '3000')
	t.is((await fetch(url)).status, 200)
})

test('the example says so when the given port is not free', async t => {
	const taken = createServer().listen(0)
	await once(taken, 'listening')
	t.teardown(() => taken.close())
	const {port} = taken.address() as AddressInfo
	const message = `The example did not start: Port ${port} is taken; set PORT to another one, or leave it out.\n`
	await t.throwsAsync(startExample(t, {PORT: String(port)}), {message})
})

test('wrong input is told in a message without a stack', async t => {
	const port = await t.throwsAsync(startExample(t, {PORT: 'abc'}))
	t.is(port?.message, "The example did not start: PORT is 'abc', expected a number\n")
	const option = await t.throwsAsync(startExample(t, {PORT: '0', SESSION_TYPE: 'rediss'}))
	t.regex(option?.message ?? '', /SESSION_TYPE: expected/)
	t.notRegex(option?.message ?? '', /^\s+at /m)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
	test(`the example ends cleanly on ${signal}`, async t => {
		const {url, child} = await startExample(t, {PORT: '0'})
		await fetch(url)
		child.kill(signal)
		t.deepEqual(await once(child, 'exit'), [0, null])
	})
}

/** A visit from the first page to the logout. */
async function walk(t: ExecutionContext, url: string) {
	const visitor = browser(url)
	const first = await visitor.get('/')
	t.is(first.status, 200)
	t.regex(first.text, /yes, this request began it/)
	t.is(counterOf(first.text), 0)
	const sid = visitor.sid()

	for (let press = 0; press < 2; press++) t.is((await visitor.post('/count')).status, 303)
	const counted = await visitor.get('/')
	t.is(counterOf(counted.text), 2)
	t.is(storedIn(counted.text).count, 2)
	t.is(visitor.sid(), sid)

	await visitor.post('/flash', {message: 'Saved & kept', category: 'warning'})
	t.regex((await visitor.get('/')).text, /class="message warning">Saved &amp; kept</)
	t.notRegex((await visitor.get('/')).text, /class="message/)

	await visitor.post('/login', {name: 'Ann'})
	const loggedIn = await visitor.get('/')
	t.regex(loggedIn.text, /Hello, Ann/)
	t.regex(loggedIn.text, /class="message success">Welcome, Ann/)
	t.is(counterOf(loggedIn.text), 2)
	t.not(visitor.sid(), sid)
	t.is(storedIn(loggedIn.text).user, 'Ann')
	t.regex((await browser(url, sid).get('/')).text, /Hello, visitor/, 'the id before the login is worth nothing')

	const loggedInSid = visitor.sid()
	await visitor.post('/logout')
	const loggedOut = await visitor.get('/')
	t.regex(loggedOut.text, /Hello, visitor/)
	t.regex(loggedOut.text, /You have logged out/)
	t.is(counterOf(loggedOut.text), 0)
	t.is(storedIn(loggedOut.text).user, undefined)

	return {live: visitor.sid(), ended: [sid, loggedInSid]}
}

/** A visitor with a cookie jar that follows no redirect. */
function browser(url: string, sid?: string) {
	let cookie = sid
	let token = ''

	async function request(path: string, init: RequestInit = {}) {
		const headers: Record<string, string> = cookie === undefined ? {} : {cookie: `session=${cookie}`}
		const response = await fetch(new URL(path, url), {...init, headers, redirect: 'manual'})
		const cookies = response.headers.getSetCookie()
		for (const text of cookies) cookie = /^session=([^;]+)/.exec(text)?.[1]
		const text = await response.text()
		token = /name="csrf" value="([^"]*)"/.exec(text)?.[1] ?? token
		return {status: response.status, text, cookies}
	}
	const send = (path: string, fields: Record<string, string>) =>
		request(path, {method: 'POST', body: new URLSearchParams(fields)})

	return {
		sid: () => cookie ?? '',
		get: (path: string) => request(path),
		send,
		/** Sends a form of the page that was got last. */
		async post(path: string, fields: Record<string, string> = {}) {
			return send(path, {csrf: token, ...fields})
		},
	}
}

/** The file that the file store keeps a session in. */
function fileOf(sid: string): string {
	return `${createHash('sha256').update(`session:${sid}`).digest('hex')}.session`
}

function counterOf(page: string): number {
	return Number(/<output>(\d+)</.exec(page)?.[1])
}

/** What the page says that the store holds. */
function storedIn(page: string): Record<string, unknown> {
	const [, shown = 'null'] = /<pre[^>]*>([^<]+)<\/pre>/.exec(page) ?? []
	return JSON.parse(shown.replaceAll('&quot;', '"'))
}
