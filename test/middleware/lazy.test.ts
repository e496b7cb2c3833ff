/** SESSION_LAZY: the store is asked only by `await ctx.session.load()`. */
import test from 'ava'
import {put, type RouteHandler, site} from '../support/served-site.js'

const config = {SESSION_LAZY: true}

const routes: Readonly<Record<string, RouteHandler>> = {
	'/login': async ({session}) => {
		await session.load()
		put(session, {user: 'ada'})
	},
	'/user': async ({session}) => {
		await session.load()
		return session.user ?? 'nobody'
	},
	'/untouched': () => {},
	'/load-twice': async ({session}) => {
		await Promise.all([session.load(), session.load()])
		put(session, {user: 'bob'})
		await session.load()
		return session.user
	},
	'/logout': ({session}) => session.destroy(),
	'/logout-by-null': ctx => {
		ctx.session = null
	},
	'/logout-and-set': async ctx => {
		await ctx.session.destroy()
		put(ctx.session, {user: 'bob'})
	},
}

test('a session that is not loaded costs nothing, and its cookie is left alone', async t => {
	const {visitor, store} = await site(t, {config, routes})
	const ada = visitor()
	await ada('/login')
	store.take()
	const {headers, setCookie} = await ada('/untouched')
	t.deepEqual([setCookie, headers.vary, store.take()], [[], undefined, []])
})

test('load() reads the session, extends it and refreshes the cookie', async t => {
	const {visitor, store, advance, now} = await site(t, {config, routes})
	const ada = visitor()
	await ada('/login')
	advance(4 * 24 * 3_600_000)
	store.take()
	const answer = await ada('/user')
	t.deepEqual([answer.body, answer.setCookie.length, answer.headers.vary], ['ada', 1, 'Cookie'])
	t.deepEqual(store.take(), [`read ${ada.sid}`])
	t.is((await store.read(`session:${ada.sid}`))?.expiresAt, now() + 31 * 24 * 3600 * 1000)
})

test('load() reads once, and keeps what was set since', async t => {
	const {visitor, store} = await site(t, {config, routes})
	const ada = visitor()
	await ada('/login')
	store.take()
	t.is((await ada('/load-twice')).body, 'bob')
	t.deepEqual(store.take(), [`read ${ada.sid}`, `replace ${ada.sid}`])
})

test('load() without a cookie asks nothing of the store', async t => {
	const {request, store} = await site(t, {config, routes})
	t.is((await request('/user')).body, 'nobody')
	t.deepEqual(store.take(), [])
})

for (const [what, handler] of [
	['reading a key', ({session}) => session.user],
	['setting a key', ({session}) => put(session, {user: 'ada'})],
	['deleting a key', ({session}) => delete session.user],
	['asking for the keys', ({session}) => Object.keys(session)],
	['asking whether a key is there', ({session}) => 'user' in session],
	['reading the id', ({session}) => session.sid],
	['reading isNew', ({session}) => session.isNew],
	['session.data', ({session}) => session.data],
	['clear()', ({session}) => session.clear()],
	['regenerate()', ({session}) => session.regenerate()],
	['save()', ({session}) => session.save()],
	['flash', ctx => ctx.flash('x')],
	['flashes', ctx => ctx.flashes()],
	[
		'ctx.session = {...}',
		ctx => {
			ctx.session = {a: 1}
		},
	],
] as const satisfies readonly (readonly [string, RouteHandler])[]) {
	for (const who of ['a visitor with a session', 'a new visitor']) {
		test(`before load(), ${what} is a typed error that names it, for ${who}`, async t => {
			const {visitor, store, errors} = await site(t, {config, routes: {...routes, '/do': handler}})
			const ada = visitor()
			if (who !== 'a new visitor') await ada('/login')
			store.take()
			t.is((await ada('/do')).status, 500)
			t.is(errors[0]?.code, 'ERR_SESSION_NOT_LOADED')
			t.regex(errors[0]?.message ?? '', /await ctx\.session\.load\(\)/)
			t.deepEqual(store.take(), [])
		})
	}
}

for (const path of ['/logout', '/logout-by-null']) {
	test(`${path} needs no load()`, async t => {
		const {visitor, store} = await site(t, {config, routes})
		const ada = visitor()
		await ada('/login')
		const {sid} = ada
		store.take()
		t.regex((await ada(path)).setCookie[0] ?? '', /^session=; /)
		t.deepEqual(store.take(), [`delete ${sid}`])
	})

	test(`${path} without a cookie asks nothing of the store`, async t => {
		const {request, store} = await site(t, {config, routes})
		t.deepEqual((await request(path)).setCookie, [])
		t.deepEqual(store.take(), [])
	})
}

test('data that is set after destroy() makes a new session, without load()', async t => {
	const {visitor, stored} = await site(t, {config, routes})
	const ada = visitor()
	await ada('/login')
	const old = ada.sid
	await ada('/logout-and-set')
	t.not(ada.sid, old)
	t.is((await stored(ada.sid))?.user, 'bob')
})

test('an error after a session that was not loaded costs nothing', async t => {
	const {visitor, store} = await site(t, {config, routes: {...routes, '/fail': ctx => ctx.throw(404)}})
	const ada = visitor()
	await ada('/login')
	store.take()
	const answer = await ada('/fail')
	t.deepEqual([answer.status, answer.setCookie, store.take()], [404, [], []])
})

test('without SESSION_LAZY load() is there and does nothing', async t => {
	const {visitor, store} = await site(t, {routes})
	const ada = visitor()
	await ada('/login')
	store.take()
	t.is((await ada('/user')).body, 'ada')
	t.deepEqual(store.take(), [`read ${ada.sid}`])
})
