/** Writes that redis carries out, and whose reply never comes: nothing is done twice, and nobody loses a session. */

import test, {type ExecutionContext} from 'ava'
import {Redis} from 'ioredis'
import type {SessionConfig, SessionStore} from '../../src/index.js'
import {redisStore} from '../../src/stores/redis.js'
import {startProxy} from '../support/proxy.js'
import {redisServer} from '../support/servers/redis.js'
import {startFor, testWith} from '../support/servers/server.js'
import {type Handler, openSite} from '../support/site.js'
import {until} from '../support/until.js'

const run = testWith(test.serial as typeof test, redisServer, {group: 'lost replies', own: true})

/** What depends on a revision is a script. */
const SCRIPT = /evalsha/i
const CREATE = /\r\nNX\r\n/

/** The store as it is, or with every failure of a connection called retryable. */
function retrying(store: SessionStore, retries: boolean): SessionStore {
	if (!retries) return store
	const marked =
		<A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
		(...args: A) =>
			call(...args).catch(error => {
				throw Object.assign(error, {retryable: true})
			})
	return {
		...store,
		read: marked(store.read),
		create: marked(store.create),
		replace: marked(store.replace),
		touch: marked(store.touch),
		delete: marked(store.delete),
	}
}

async function open(t: ExecutionContext, retries: boolean, config: SessionConfig = {}) {
	const {port} = await startFor(t, redisServer)
	const proxy = await startProxy(t, {to: port})
	const direct = new Redis(port)
	const client = new Redis(proxy.port, {
		autoResendUnfulfilledCommands: false,
		maxRetriesPerRequest: 0,
		retryStrategy: () => 10,
	})
	client.on('error', () => {})
	t.teardown(() => [direct, client].map(redis => redis.disconnect()))
	await direct.flushdb()
	const site = openSite(retrying(redisStore({client}), retries), config)
	await site.sessions.ready()
	const sid = await site.begin({a: 1, count: 0})
	/** Performs a request in which the first command after the read that holds `match` gets no reply. */
	const lose = async (match: RegExp, handler: Handler, cookie: string | undefined = sid) => {
		const answer = await site.visit(ctx => {
			// the session has been read
			proxy.swallowReplies(match, {times: 1})
			return handler(ctx)
		}, cookie)
		proxy.passOn()
		t.is(proxy.swallowed, 1, 'a reply was lost')
		return answer
	}
	const keys = async (prefix: string) => (await direct.keys(`${prefix}*`)).sort()
	return {site, sid, lose, keys}
}

for (const retries of [false, true]) {
	const how = retries ? 'with' : 'without'
	const sidOf = (cookie: unknown) => (cookie as {sid: string}).sid

	run(`${how} retries: a login whose deletion of the old id is not acknowledged has the new id`, async t => {
		const {site, sid, lose, keys} = await open(t, retries)
		const {status, cookie} = await lose(SCRIPT, async ctx => {
			await ctx.session.regenerate()
			ctx.session.a = 2
		})
		t.is(status, retries ? 200 : 503)
		t.not(sidOf(cookie), sid)
		t.like(await site.stored(sidOf(cookie)), {a: 2})
		t.deepEqual(await keys('session:'), [`session:${sidOf(cookie)}`])
	})

	run(`${how} retries: a login whose new record is not acknowledged has the old id or the new one`, async t => {
		const {site, sid, lose, keys} = await open(t, retries)
		const {status, cookie} = await lose(CREATE, ctx => ctx.session.regenerate())
		t.is(status, retries ? 200 : 503)
		const live = retries ? sidOf(cookie) : sid
		t.like(await site.stored(live), {a: 1})
		await until(async () => (await keys('session:')).length === 1, 'a record is left that nobody has the id of')
	})

	run(`${how} retries: update() counts once, or says that it does not know`, async t => {
		const {site, sid, lose} = await open(t, retries)
		const {status} = await lose(SCRIPT, ctx => ctx.session.update('count', (count = 0) => count + 1))
		t.is(status, 503)
		t.like(await site.stored(sid), {count: 1})
	})

	run(`${how} retries: a message is flashed once`, async t => {
		const {site, sid, lose} = await open(t, retries)
		const {status} = await lose(SCRIPT, ctx => ctx.flash('saved'))
		t.is(status, retries ? 200 : 503)
		await site.visit(ctx => t.deepEqual(ctx.flashes(), ['saved']), sid)
	})

	run(`${how} retries: a message is flashed once, also when the handler goes on after a failed save()`, async t => {
		const {site, sid, lose} = await open(t, retries)
		await lose(SCRIPT, async ctx => {
			ctx.flash('saved')
			await ctx.session.save().catch(() => {})
		})
		await site.visit(ctx => t.deepEqual(ctx.flashes(), ['saved']), sid)
	})

	run(`${how} retries: what is cleared is gone`, async t => {
		const {lose, keys} = await open(t, retries)
		const answer = await lose(SCRIPT, ctx => ctx.session.clear())
		t.deepEqual(answer, retries ? {status: 200, cookie: 'deleted'} : {status: 503, cookie: undefined})
		t.deepEqual(await keys('session:'), [])
	})

	run(`${how} retries: with strict the response does not say that nothing was stored`, async t => {
		const {site, sid, lose} = await open(t, retries, {SESSION_CONCURRENCY: 'strict'})
		const {status} = await lose(SCRIPT, ctx => {
			ctx.session.a = 2
		})
		t.is(status, retries ? 200 : 503)
		t.like(await site.stored(sid), {a: 2})
	})

	run(`${how} retries: a new session is stored once, and nothing is left under an id that nobody has`, async t => {
		const {lose, keys, site} = await open(t, retries)
		const {status, cookie} = await lose(
			CREATE,
			ctx => {
				ctx.session.a = 'new'
			},
			'none-that-was-ever-given-out',
		)
		t.is(status, retries ? 200 : 503)
		await until(async () => (await keys('session:')).length === (retries ? 2 : 1), 'a record is left')
		if (retries) t.like(await site.stored(sidOf(cookie)), {a: 'new'})
	})

	run(`${how} retries: a lock that was taken without a reply holds nobody up`, async t => {
		const {site, sid, lose, keys} = await open(t, retries)
		const {status} = await lose(/lock:/, ctx => ctx.session.lock())
		t.is(status, retries ? 200 : 503)
		await until(async () => (await keys('lock:')).length === 0, 'the lock stays')
		t.is((await site.visit(ctx => ctx.session.lock({waitMs: 0}), sid)).status, 200)
	})

	run(`${how} retries: a logout without a reply has ended the session`, async t => {
		const {lose, keys} = await open(t, retries)
		const {status} = await lose(/\r\ndel\r\n/i, ctx => ctx.session.destroy())
		t.is(status, retries ? 200 : 503)
		t.deepEqual(await keys('session:'), [])
	})
}
