/** What a request asks of the store: nothing that it does not need. */
import test from 'ava'
import {put, type RouteHandler, site} from '../support/served-site.js'
import {redisServer} from '../support/servers/redis.js'
import {testWith} from '../support/servers/server.js'
import {type WatchedRedis, watchedRedis} from '../support/watched-redis.js'

const routes: Readonly<Record<string, RouteHandler>> = {
	'/untouched': () => {},
	'/read': ({session}) => session.user ?? 'nobody',
	'/write': ({session}) => put(session, {n: (session.n ?? 0) + 1}),
	'/clear': ({session}) => session.clear(),
	'/logout': ({session}) => session.destroy(),
	'/regenerate': ({session}) => session.regenerate(),
	'/delete-missing': ({session}) => void delete session.missing,
	'/flashes': ctx => ctx.flashes(),
	'/all': async ctx => {
		ctx.session.clear()
		await ctx.session.regenerate()
		await ctx.session.save()
		await ctx.session.reload()
		ctx.session = null
	},
}

test('a visitor without a cookie who is not asked for a session costs nothing and varies nothing', async t => {
	const {request, store} = await site(t, {routes})
	const {headers} = await request('/untouched')
	t.deepEqual([headers['set-cookie'], headers.vary, headers['cache-control']], [undefined, undefined, undefined])
	t.deepEqual(store.take(), [])
})

test('a visitor without a cookie whose session is only read costs nothing, but the answer varies', async t => {
	const {request, store} = await site(t, {routes})
	const {headers} = await request('/read')
	t.deepEqual([headers['set-cookie'], headers.vary, headers['cache-control']], [undefined, 'Cookie', undefined])
	t.deepEqual(store.take(), [])
})

for (const path of ['/clear', '/logout', '/regenerate', '/delete-missing', '/flashes', '/all']) {
	test(`${path} without a cookie leaves no trace in the store or the browser`, async t => {
		const {request, store} = await site(t, {routes})
		for (let visit = 0; visit < 20; visit++) t.deepEqual((await request(path)).setCookie, [])
		t.deepEqual(store.take(), [])
	})
}

for (const [path, calls] of [
	['/untouched', ['read']],
	['/read', ['read']],
	['/write', ['read', 'replace']],
	['/clear', ['read', 'delete']],
	['/logout', ['read', 'delete']],
	['/regenerate', ['read', 'create', 'delete']],
	['/delete-missing', ['read']],
	['/flashes', ['read']],
] as const) {
	test(`${path} with a session asks the store for ${calls.join(', ')}`, async t => {
		const {visitor, store} = await site(t, {routes})
		const ada = visitor()
		await ada('/write')
		t.deepEqual(store.take(), [`create ${ada.sid}`])
		await ada(path)
		t.deepEqual(
			store.take().map(call => call.split(' ')[0]),
			[...calls],
		)
	})
}

test('an answer without a session cookie has no Cache-Control of ours', async t => {
	const {visitor} = await site(t, {config: {SESSION_REFRESH_EACH_REQUEST: false}, routes})
	const ada = visitor()
	await ada('/write')
	const {headers} = await ada('/read')
	t.deepEqual([headers['set-cookie'], headers['cache-control'], headers.vary], [undefined, undefined, 'Cookie'])
})

test('with SESSION_REFRESH_EACH_REQUEST off a read extends nothing', async t => {
	const {visitor, store} = await site(t, {config: {SESSION_REFRESH_EACH_REQUEST: false}, routes})
	const ada = visitor()
	await ada('/write')
	await ada('/read')
	t.deepEqual(store.calls.at(-1), {method: 'read', key: `session:${ada.sid}`})
})

const redisTest = testWith(test.serial as typeof test, redisServer, {group: 'round trips to redis', own: true})
let redis: Promise<WatchedRedis> | undefined

test.after.always(async () => (await redis)?.stop())

for (const {name, lazy = false, cookie = true, path, commands: expected} of [
	{name: 'a visitor without a cookie: no command', cookie: false, path: '/read', commands: []},
	{name: 'a new session: one command', cookie: false, path: '/write', commands: ['SET']},
	{name: 'a read with refresh: one command', path: '/read', commands: ['EVALSHA']},
	{name: 'a request that does not touch its session: one command', path: '/untouched', commands: ['EVALSHA']},
	{name: 'a read and a write: two commands', path: '/write', commands: ['EVALSHA', 'EVALSHA']},
	{name: 'a logout: two round trips', path: '/logout', commands: ['EVALSHA', 'SET', 'DEL']},
	{name: 'lazy and not touched: no command', lazy: true, path: '/untouched', commands: []},
]) {
	redisTest(`redis sees for ${name}`, async t => {
		redis ??= watchedRedis()
		const {redis: client, watch} = await redis
		const {visitor, sessions} = await site(t, {
			config: {SESSION_TYPE: 'redis', SESSION_REDIS: client, SESSION_LAZY: lazy},
			ownStore: true,
			routes: {
				...routes,
				'/begin': async ({session}) => {
					await session.load()
					session.n = 0
					await session.save()
					session.n = 1
				},
			},
		})
		await sessions.ready()
		const ada = visitor()
		// also has redis learn the scripts
		if (cookie) await ada('/begin')
		const commands = await watch()
		await ada(path)
		const sent = (await commands()).filter(({source}) => source !== 'lua').map(({args}) => args[0]?.toUpperCase())
		t.deepEqual(sent, expected)
	})
}
