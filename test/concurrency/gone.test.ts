/** A session that another request has ended: destroyed, emptied, or given another id. */

import test from 'ava'
import type {SessionConfig} from '../../src/index.js'
import {type Handler, openMemorySite, slowRequest} from '../support/site.js'

const ends: Readonly<Record<string, {readonly end: Handler; readonly config?: SessionConfig}>> = {
	'destroy()': {end: ctx => ctx.session.destroy()},
	'ctx.session = null': {
		end: ctx => {
			ctx.session = null as never
		},
	},
	'clear()': {end: ctx => ctx.session.clear()},
	'regenerate()': {end: ctx => ctx.session.regenerate()},
	'regenerate() with a grace': {end: ctx => ctx.session.regenerate(), config: {SESSION_REGENERATE_GRACE: '1h'}},
}

const ONE_HOUR = 3_600_000

for (const [name, {end, config}] of Object.entries(ends)) {
	test(`after ${name}, a slow request that writes brings nothing back and sets no cookie`, async t => {
		const site = openMemorySite(t, config)
		const sid = await site.begin({a: 1})
		const slow = await slowRequest(site, sid, ctx => {
			ctx.session.a = 'late'
			ctx.flash('late')
		})
		t.is((await site.visit(end, sid)).status, 200)
		t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
		t.is(await site.stored(sid), undefined)
		t.is(site.eventNames().at(-1), 'gone')
	})

	test(`after ${name}, a slow request that clears brings nothing back and sets no cookie`, async t => {
		const site = openMemorySite(t, config)
		const sid = await site.begin({a: 1})
		const slow = await slowRequest(site, sid, ctx => ctx.session.clear())
		await site.visit(end, sid)
		t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
		t.is(await site.stored(sid), undefined)
	})

	for (const ms of [0, 101, 10_000]) {
		test(`after ${name}, a request that has only read ${ms} ms ago sets no cookie`, async t => {
			const site = openMemorySite(t, config)
			const sid = await site.begin({a: 1})
			const slow = await slowRequest(site, sid, ctx => t.is(ctx.session.a, 1))
			await site.visit(end, sid)
			site.advance(ms)
			t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
			t.is(await site.stored(sid), undefined)
		})
	}

	test(`after ${name}, a slow request that has saved before sets no cookie`, async t => {
		const site = openMemorySite(t, config)
		const sid = await site.begin({a: 1})
		const slow = await slowRequest(
			site,
			sid,
			() => {},
			async ctx => {
				ctx.session.b = 2
				await ctx.session.save()
			},
		)
		await site.visit(end, sid)
		t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
	})

	test(`after ${name}, save(), update() and reload() say that the session is gone`, async t => {
		const site = openMemorySite(t, config)
		const sid = await site.begin({a: 1})
		const [saving, updating, reloading, regenerating] = await Promise.all([
			slowRequest(site, sid, async ctx => {
				ctx.session.a = 'late'
				await t.throwsAsync(ctx.session.save(), {code: 'ERR_SESSION_GONE'})
				await t.throwsAsync(ctx.session.save(), {code: 'ERR_SESSION_GONE'})
			}),
			slowRequest(site, sid, async ctx => {
				await t.throwsAsync(
					ctx.session.update('count', () => 1),
					{code: 'ERR_SESSION_GONE'},
				)
			}),
			slowRequest(site, sid, async ctx => {
				t.false(await ctx.session.reload())
				ctx.session.a = 'late'
			}),
			slowRequest(site, sid, async ctx => {
				await ctx.session.regenerate()
				await t.throwsAsync(ctx.session.save(), {code: 'ERR_SESSION_GONE'})
			}),
		])
		await site.visit(end, sid)
		for (const slow of [saving, updating, reloading, regenerating]) {
			t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
		}
		t.is(await site.stored(sid), undefined)
	})

	test(`after ${name}, save() does not pretend that a regenerate was done of what is known to be gone`, async t => {
		const site = openMemorySite(t, config)
		const sid = await site.begin({a: 1})
		const slow = await slowRequest(site, sid, async ctx => {
			t.false(await ctx.session.reload())
			await ctx.session.regenerate()
			await t.throwsAsync(ctx.session.save(), {code: 'ERR_SESSION_GONE'})
		})
		await site.visit(end, sid)
		t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
	})

	test(`after ${name}, a slow request that regenerates makes no second session`, async t => {
		const site = openMemorySite(t, config)
		const sid = await site.begin({a: 1})
		let successor = ''
		const slow = await slowRequest(site, sid, async ctx => {
			await ctx.session.regenerate()
			ctx.session.a = 'late'
			successor = ctx.session.sid
		})
		await site.visit(end, sid)
		t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
		t.not(successor, sid)
		t.is(await site.stored(successor), undefined)
	})

	test(`after ${name}, a slow request that fails sets no cookie`, async t => {
		for (const status of [400, 500]) {
			const site = openMemorySite(t, {...config, SESSION_SAVE_ON_ERROR: true})
			const sid = await site.begin({a: 1})
			const slow = await slowRequest(site, sid, ctx => {
				ctx.session.a = 'late'
				ctx.throw(status)
			})
			await site.visit(end, sid)
			t.deepEqual(await slow.ends(), {status, cookie: undefined})
			t.is(await site.stored(sid), undefined)
		}
	})
}

test('a regenerate takes along what another request has stored since it was read', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({a: 1})
	const slow = await slowRequest(site, sid, ctx => ctx.session.regenerate())
	await site.visit(ctx => {
		ctx.session.b = 2
		ctx.flash('kept')
	}, sid)
	const {cookie} = await slow.ends()
	const successor = (cookie as {sid: string}).sid
	t.not(successor, sid)
	t.is(await site.stored(sid), undefined)
	await site.visit(ctx => {
		t.like(ctx.session, {a: 1, b: 2} as never)
		t.deepEqual(ctx.flashes(), ['kept'])
	}, successor)
})

test('of two requests that regenerate at once one gives the session its id, and the other is gone', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({a: 1})
	const slow = await slowRequest(site, sid, ctx => ctx.session.regenerate())
	const {cookie} = await site.visit(ctx => ctx.session.regenerate(), sid)
	t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
	t.like(await site.stored((cookie as {sid: string}).sid), {a: 1})
})

test('regenerate({keep}) keeps a message that another request has flashed meanwhile', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({a: 1, b: 2})
	await site.visit(ctx => ctx.flash('seen'), sid)
	const slow = await slowRequest(site, sid, ctx => ctx.session.regenerate({keep: ['a']}))
	await site.visit(ctx => ctx.flash('added'), sid)
	const {cookie} = await slow.ends()
	await site.visit(
		ctx => {
			t.is(ctx.session.b, undefined)
			t.deepEqual(ctx.flashes(), ['added'])
		},
		(cookie as {sid: string}).sid,
	)
})

test('without a grace the old id is unknown at once, and a request that comes with it begins no new session', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({a: 1})
	await site.visit(ctx => ctx.session.regenerate(), sid)
	const late = await site.visit(ctx => {
		t.true(ctx.session.isNew)
		t.not(ctx.session.sid, sid)
		ctx.session.a = 'late'
	}, sid)
	t.deepEqual(late, {status: 200, cookie: undefined})
	t.is(await site.stored(sid), undefined)
	t.is(site.eventNames().at(-1), 'gone')
})

for (const [name, {end, config}] of Object.entries(ends)) {
	test(`after ${name}, a request that arrives late stores nothing, and save() says so`, async t => {
		const site = openMemorySite(t, config)
		const sid = await site.begin({a: 1})
		await site.visit(end, sid)
		const late = await site.visit(async ctx => {
			ctx.flash('late')
			await t.throwsAsync(ctx.session.save(), {code: 'ERR_SESSION_GONE'})
		}, sid)
		t.deepEqual(late, {status: 200, cookie: undefined})
		t.deepEqual(site.eventNames().filter(event => event === 'created').length, 1)
	})

	test(`after ${name}, a request that asks for a new id gets one: it is a login`, async t => {
		if (config) return t.pass('within the grace the old session is there, and cannot be regenerated')
		const site = openMemorySite(t)
		const sid = await site.begin({a: 1})
		await site.visit(end, sid)
		const {cookie} = await site.visit(async ctx => {
			await ctx.session.regenerate()
			ctx.session.a = 'login'
		}, sid)
		t.like(await site.stored((cookie as {sid: string}).sid), {a: 'login'})
	})

	test(`after ${name}, the id is forgotten in time: what comes then is a visitor without a session`, async t => {
		const site = openMemorySite(t, config)
		const sid = await site.begin({a: 1})
		await site.visit(end, sid)
		site.advance(ONE_HOUR)
		const {cookie} = await site.visit(ctx => {
			ctx.session.a = 'fresh'
		}, sid)
		t.like(await site.stored((cookie as {sid: string}).sid), {a: 'fresh'})
	})
}

test('within the grace the old id still reads, and what it changes is not stored', async t => {
	const site = openMemorySite(t, {SESSION_REGENERATE_GRACE: '1h'})
	const sid = await site.begin({a: 1})
	const {cookie} = await site.visit(async ctx => {
		await ctx.session.regenerate()
		ctx.session.a = 2
	}, sid)
	const successor = (cookie as {sid: string}).sid
	site.advance(ONE_HOUR - 1000)
	const answer = await site.visit(async ctx => {
		t.deepEqual({...ctx.session}, {_permanent: true, a: 1} as never)
		ctx.session.a = 'late'
		await t.throwsAsync(ctx.session.save(), {code: 'ERR_SESSION_GONE'})
	}, sid)
	t.deepEqual(answer, {status: 200, cookie: undefined})
	t.like(await site.stored(successor), {a: 2})
})

test('reading within the grace does not prolong it', async t => {
	const site = openMemorySite(t, {SESSION_REGENERATE_GRACE: '1h'})
	const sid = await site.begin({a: 1})
	await site.visit(ctx => ctx.session.regenerate(), sid)
	for (let visit = 0; visit < 3; visit++) {
		site.advance(ONE_HOUR / 4)
		await site.visit(ctx => t.is(ctx.session.a, 1), sid)
	}
	site.advance(ONE_HOUR / 4)
	await site.visit(ctx => t.true(ctx.session.isNew), sid)
	t.is(await site.stored(sid), undefined)
})

test('destroy() with the old id within the grace leaves the new session alone', async t => {
	const site = openMemorySite(t, {SESSION_REGENERATE_GRACE: '1h'})
	const sid = await site.begin({a: 1})
	const {cookie} = await site.visit(ctx => ctx.session.regenerate(), sid)
	await site.visit(ctx => ctx.session.destroy(), sid)
	t.like(await site.stored((cookie as {sid: string}).sid), {a: 1})
})

test('a destroy that the handler does not wait for has ended before the answer', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({a: 1})
	const answer = await site.visit(ctx => {
		void ctx.session.destroy()
	}, sid)
	t.deepEqual(answer, {status: 200, cookie: 'deleted'})
	t.is(await site.stored(sid), undefined)
})

test('a regenerate that the handler does not wait for has ended before the answer', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({a: 1})
	const {cookie} = await site.visit(ctx => {
		void ctx.session.regenerate()
	}, sid)
	t.like(await site.stored((cookie as {sid: string}).sid), {a: 1})
	t.is(await site.stored(sid), undefined)
})

test('a save that the handler does not wait for has ended before the answer', async t => {
	const site = openMemorySite(t)
	const {cookie} = await site.visit(ctx => {
		ctx.session.a = 1
		void ctx.session.save()
	})
	t.like(await site.stored((cookie as {sid: string}).sid), {a: 1})
})

test('a long request that only reads overwrites nothing at its end', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({a: 1, cart: {items: []}})
	const slow = await slowRequest(site, sid, ctx => {
		t.is(ctx.session.a, 1)
		t.deepEqual(ctx.session.cart, {items: []})
	})
	await site.visit(ctx => {
		ctx.session.a = 2
		ctx.session.cart = {items: ['new']}
	}, sid)
	site.advance(ONE_HOUR)
	t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
	t.like(await site.stored(sid), {a: 2, cart: {items: ['new']}})
})
