import test from 'ava'
import type {SessionStore} from '../../src/index.js'
import {memoryStore} from '../../src/stores/memory.js'
import {openMemorySite, openSite, slowRequest} from '../support/site.js'

test('merge: two requests that set different keys keep both', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({a: 1})
	const slow = await slowRequest(site, sid, ctx => {
		ctx.session.a = 2
	})
	await site.visit(ctx => {
		ctx.session.b = 3
	}, sid)
	t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
	t.deepEqual(await site.stored(sid), {_permanent: true, a: 2, b: 3})
	t.deepEqual(site.eventNames(), ['created', 'conflict'])
})

test('merge: a key that one request deletes stays deleted, and what the other has set stays', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({a: 1})
	const slow = await slowRequest(site, sid, ctx => {
		delete ctx.session.a
	})
	await site.visit(ctx => {
		ctx.session.b = 2
	}, sid)
	await slow.ends()
	t.deepEqual(await site.stored(sid), {_permanent: true, b: 2})
})

test('merge: a nested change takes its whole key, and no other', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({a: 1, cart: {items: ['one']}})
	const slow = await slowRequest(site, sid, ctx => {
		ctx.session.cart?.items.push('two')
	})
	await site.visit(ctx => {
		ctx.session.a = 2
		ctx.session.cart = {items: ['three']}
	}, sid)
	await slow.ends()
	t.deepEqual(await site.stored(sid), {_permanent: true, a: 2, cart: {items: ['one', 'two']}})
})

test('merge: clear() deletes what the request has seen, and a key that was added meanwhile stays', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({a: 1})
	const slow = await slowRequest(site, sid, ctx => ctx.session.clear())
	await site.visit(ctx => {
		ctx.session.b = 2
	}, sid)
	t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
	t.deepEqual(await site.stored(sid), {_permanent: true, b: 2})
})

test('merge: two requests that flash at once both keep their message', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin()
	const slow = await slowRequest(site, sid, ctx => ctx.flash('slow'))
	await site.visit(ctx => ctx.flash('fast'), sid)
	await slow.ends()
	await site.visit(ctx => t.deepEqual(ctx.flashes(), ['fast', 'slow']), sid)
})

test('merge: a message that was shown is not shown again, and one that was added meanwhile is', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin()
	await site.visit(ctx => ctx.flash('first'), sid)
	const slow = await slowRequest(site, sid, ctx => t.deepEqual(ctx.flashes(), ['first']))
	await site.visit(ctx => ctx.flash('second'), sid)
	await slow.ends()
	await site.visit(ctx => t.deepEqual(ctx.flashes(), ['second']), sid)
	await site.visit(ctx => t.deepEqual(ctx.flashes(), []), sid)
})

test('merge: a message of a request that failed is shown by the next one', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin()
	await site.visit(ctx => ctx.flash('kept'), sid)
	await site.visit(ctx => {
		t.deepEqual(ctx.flashes(), ['kept'])
		ctx.throw(500)
	}, sid)
	await site.visit(ctx => t.deepEqual(ctx.flashes(), ['kept']), sid)
})

test('merge: what was changed through a reference from before save() is stored', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({cart: {items: []}})
	await site.visit(async ctx => {
		const {cart} = ctx.session
		cart?.items.push('one')
		await ctx.session.save()
		cart?.items.push('two')
	}, sid)
	t.deepEqual((await site.stored(sid))?.cart, {items: ['one', 'two']})
})

test('merge: what was changed through a reference from before a merge is stored', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({a: 1, cart: {items: []}})
	const slow = await slowRequest(site, sid, async ctx => {
		const {cart} = ctx.session
		ctx.session.a = 2
		await ctx.session.save()
		cart?.items.push('one')
	})
	await site.visit(ctx => {
		ctx.session.b = 3
	}, sid)
	await slow.ends()
	t.deepEqual(await site.stored(sid), {_permanent: true, a: 2, b: 3, cart: {items: ['one']}})
})

test('strict: the handler sees the conflict through save(), and nothing is stored', async t => {
	const site = openMemorySite(t, {SESSION_CONCURRENCY: 'strict'})
	const sid = await site.begin({a: 1})
	const slow = await slowRequest(site, sid, async ctx => {
		ctx.session.a = 2
		await t.throwsAsync(ctx.session.save(), {code: 'ERR_SESSION_CONFLICT'})
		t.true(await ctx.session.reload())
		t.deepEqual({...ctx.session}, {_permanent: true, a: 1, b: 3} as never)
		ctx.session.a = 4
		await ctx.session.save()
	})
	await site.visit(ctx => {
		ctx.session.b = 3
	}, sid)
	t.is((await slow.ends()).status, 200)
	t.deepEqual(await site.stored(sid), {_permanent: true, a: 4, b: 3})
})

test('strict: a conflict at the end of the request is a 409, and nothing is stored', async t => {
	const site = openMemorySite(t, {SESSION_CONCURRENCY: 'strict'})
	const sid = await site.begin({a: 1})
	const slow = await slowRequest(site, sid, ctx => {
		ctx.session.a = 2
	})
	await site.visit(ctx => {
		ctx.session.b = 3
	}, sid)
	t.is((await slow.ends()).status, 409)
	t.deepEqual(await site.stored(sid), {_permanent: true, a: 1, b: 3})
	t.like(site.errors, [{code: 'ERR_SESSION_CONFLICT'}])
})

test('strict: a request that only reads has no conflict', async t => {
	const site = openMemorySite(t, {SESSION_CONCURRENCY: 'strict'})
	const sid = await site.begin({a: 1})
	const slow = await slowRequest(site, sid, ctx => t.is(ctx.session.a, 1))
	await site.visit(ctx => {
		ctx.session.a = 2
	}, sid)
	t.is((await slow.ends()).status, 200)
})

test('strict: a session that is gone is no conflict', async t => {
	const site = openMemorySite(t, {SESSION_CONCURRENCY: 'strict'})
	const sid = await site.begin({a: 1})
	const slow = await slowRequest(site, sid, ctx => {
		ctx.session.a = 2
	})
	await site.visit(ctx => ctx.session.destroy(), sid)
	t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
	t.is(await site.stored(sid), undefined)
})

test('strict: a regenerate that meets a conflict stores nothing, and is not forgotten when the handler goes on', async t => {
	const store = memoryStore()
	t.teardown(() => store.close())
	const site = openSite(store, {SESSION_CONCURRENCY: 'strict'})
	const sid = await site.begin({a: 1})
	const slow = await slowRequest(site, sid, async ctx => {
		await ctx.session.regenerate()
		ctx.session.a = 'of who has just logged in'
		await t.throwsAsync(ctx.session.save(), {code: 'ERR_SESSION_CONFLICT'})
	})
	await site.visit(ctx => {
		ctx.session.b = 3
	}, sid)
	t.deepEqual(await slow.ends(), {status: 409, cookie: undefined})
	t.deepEqual(await keysOf(store), [`session:${sid}`])
	t.deepEqual(await site.stored(sid), {_permanent: true, a: 1, b: 3})
})

test('strict: after a regenerate that met a conflict, reload() makes it possible to try again', async t => {
	const store = memoryStore()
	t.teardown(() => store.close())
	const site = openSite(store, {SESSION_CONCURRENCY: 'strict'})
	const sid = await site.begin({a: 1})
	const slow = await slowRequest(site, sid, async ctx => {
		await ctx.session.regenerate()
		await t.throwsAsync(ctx.session.save(), {code: 'ERR_SESSION_CONFLICT'})
		t.true(await ctx.session.reload())
		ctx.session.a = 2
		await ctx.session.save()
	})
	await site.visit(ctx => {
		ctx.session.b = 3
	}, sid)
	const {status, cookie} = await slow.ends()
	const newSid = (cookie as {sid: string}).sid
	t.is(status, 200)
	t.not(newSid, sid)
	t.deepEqual(await keysOf(store), [`session:${newSid}`])
	t.deepEqual(await site.stored(newSid), {_permanent: true, a: 2, b: 3})
})

test('a regenerate that cannot remove the old record gives the browser the new one, and fails', async t => {
	const store = memoryStore()
	t.teardown(() => store.close())
	let sid = ''
	const site = openSite({
		...store,
		delete: (key, revision) =>
			key === `session:${sid}` ? Promise.reject(new Error('connection lost')) : store.delete(key, revision),
	})
	sid = await site.begin({a: 1})
	const {status, cookie} = await site.visit(ctx => ctx.session.regenerate(), sid)
	t.is(status, 503)
	t.like(await site.stored((cookie as {sid: string}).sid), {a: 1})
})

test('strict: a conflict of a regenerate at the end of the request is a 409 without a cookie', async t => {
	const store = memoryStore()
	t.teardown(() => store.close())
	const site = openSite(store, {SESSION_CONCURRENCY: 'strict'})
	const sid = await site.begin({a: 1})
	const slow = await slowRequest(site, sid, ctx => ctx.session.regenerate())
	await site.visit(ctx => {
		ctx.session.b = 3
	}, sid)
	t.is((await slow.ends()).status, 409)
	t.deepEqual(await keysOf(store), [`session:${sid}`])
	t.is((await site.visit(ctx => t.is(ctx.session.a, 1), sid)).status, 200)
})

test('strict: update() is tried again', async t => {
	const site = openMemorySite(t, {SESSION_CONCURRENCY: 'strict'})
	const sid = await site.begin({count: 0})
	const twenty = Array.from({length: 20}, () =>
		site.visit(ctx => ctx.session.update('count', (count = 0) => count + 1), sid),
	)
	t.deepEqual([...new Set((await Promise.all(twenty)).map(({status}) => status))], [200])
	t.is((await site.stored(sid))?.count, 20)
})

test('strict: a store without atomic writes is refused', async t => {
	const store = memoryStore()
	const site = openSite(
		{...store, capabilities: {...store.capabilities, atomicWrites: false}},
		{SESSION_CONCURRENCY: 'strict'},
	)
	const refusal = {code: 'ERR_SESSION_CONFIG', message: /strict/} as const
	await t.throwsAsync(site.sessions.ready(), refusal)
	const {status} = await site.visit(ctx => {
		ctx.session.a = 1
	})
	t.is(status, 500)
	t.like(site.errors, [{code: 'ERR_SESSION_CONFIG'}])
})

test('last-write-wins: the whole data of the last one stays', async t => {
	const site = openMemorySite(t, {SESSION_CONCURRENCY: 'last-write-wins'})
	const sid = await site.begin({a: 1, c: 1})
	const slow = await slowRequest(site, sid, ctx => {
		ctx.session.a = 2
	})
	await site.visit(ctx => {
		ctx.session.b = 3
		ctx.session.c = 3
	}, sid)
	t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
	t.deepEqual(await site.stored(sid), {_permanent: true, a: 2, c: 1})
	t.deepEqual(site.eventNames(), ['created'])
})

test('last-write-wins: a session that is gone stays so', async t => {
	for (const end of ['destroy', 'regenerate'] as const) {
		const site = openMemorySite(t, {SESSION_CONCURRENCY: 'last-write-wins'})
		const sid = await site.begin({a: 1})
		const slow = await slowRequest(site, sid, ctx => {
			ctx.session.a = 2
		})
		await site.visit(ctx => ctx.session[end](), sid)
		t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
		t.is(await site.stored(sid), undefined)
	}
})

test('merge: a store that always conflicts ends the request with a 409, and the attempts are bounded', async t => {
	const store = memoryStore()
	t.teardown(() => store.close())
	const sid = await openSite(store).begin()
	let attempts = 0
	const site = openSite({
		...store,
		replace: async () => {
			attempts += 1
			return {outcome: 'conflict'}
		},
	})
	const {status} = await site.visit(ctx => {
		ctx.session.a = 2
	}, sid)
	t.is(status, 409)
	t.is(attempts, 64)
	t.like(site.errors, [{code: 'ERR_SESSION_CONFLICT'}])
})

async function keysOf(store: SessionStore): Promise<string[]> {
	const keys: string[] = []
	for await (const key of store.list?.({prefix: 'session:'}) ?? []) keys.push(key)
	return keys
}
