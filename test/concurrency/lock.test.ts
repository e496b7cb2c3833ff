import test, {type ExecutionContext} from 'ava'
import {memoryStore} from '../../src/stores/memory.js'
import {runChild} from '../support/child.js'
import {testWith} from '../support/servers/server.js'
import {openMemorySite, openSite, type Site, slowRequest} from '../support/site.js'
import {harnesses} from '../support/store-harnesses.js'

const HOLDER = new URL('holder.ts', import.meta.url)

for (const {name, server, atomicWrites, start} of harnesses) {
	if (!atomicWrites) continue
	const run = testWith(test.serial as typeof test, server, {group: name})

	run(
		`${name}: one request at a time holds the lock, and each sees what the one before has stored`,
		async (t: ExecutionContext) => {
			const backend = await start(t)
			const {store, another} = await backend.open()
			const other = await another?.()
			const sites = [store, other ?? store].map(handle => openSite(handle, {SESSION_KEY_PREFIX: backend.keyPrefix}))
			const [site] = sites as [Site]
			const sid = await site.begin()
			let inside = 0
			let most = 0

			const answers = await Promise.all(
				Array.from({length: 8}, (_, index) =>
					sites[index % 2]?.visit(async ctx => {
						await ctx.session.lock({waitMs: 60_000, holdMs: 60_000})
						inside += 1
						most = Math.max(most, inside)
						const {count = 0} = ctx.session
						await new Promise(resolve => setImmediate(resolve))
						ctx.session.count = count + 1
						await ctx.session.save()
						inside -= 1
					}, sid),
				),
			)

			t.deepEqual([...new Set(answers.map(answer => answer?.status))], [200])
			t.is(most, 1)
			t.is((await site.stored(sid))?.count, 8)
		},
	)

	if (name !== 'file cache' && name !== 'redis by ioredis') continue
	run(`${name}: the lock of a process that has died is free after holdMs`, async (t: ExecutionContext) => {
		const backend = await start(t)
		const {store, advance} = await backend.open()
		const site = openSite(store, {SESSION_KEY_PREFIX: backend.keyPrefix})
		const sid = await site.begin()
		const holdMs = advance ? 60_000 : 1500

		await runChild(HOLDER, backend.descriptor, backend.keyPrefix, sid, holdMs)

		if (advance) {
			t.is((await site.visit(ctx => ctx.session.lock({waitMs: 0}), sid)).status, 503)
			await advance(holdMs + 60_000)
		}
		const {status} = await site.visit(ctx => ctx.session.lock({waitMs: 10_000}), sid)
		t.is(status, 200)
	})
}

test('requests of other sessions are not delayed by a lock', async t => {
	const site = openMemorySite(t)
	const [locked, other] = [await site.begin(), await site.begin()]
	const holder = await slowRequest(
		site,
		locked,
		() => {},
		ctx => ctx.session.lock(),
	)
	const {status} = await site.visit(ctx => ctx.session.lock({waitMs: 0}), other)
	t.is(status, 200)
	await holder.ends()
})

test('requests of the session that do not ask for the lock are not delayed, and their changes are merged', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({a: 1})
	const holder = await slowRequest(
		site,
		sid,
		ctx => {
			ctx.session.a = 2
		},
		ctx => ctx.session.lock(),
	)
	await site.visit(ctx => {
		ctx.session.b = 3
	}, sid)
	await holder.ends()
	t.deepEqual(await site.stored(sid), {_permanent: true, a: 2, b: 3})
})

test('who waits for the lock for longer than waitMs gets a typed error', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin()
	const holder = await slowRequest(
		site,
		sid,
		() => {},
		ctx => ctx.session.lock(),
	)
	const {status} = await site.visit(async ctx => {
		await t.throwsAsync(ctx.session.lock({waitMs: 30}), {code: 'ERR_SESSION_LOCK_TIMEOUT'})
		throw await t.throwsAsync(ctx.session.lock({waitMs: 0}))
	}, sid)
	t.is(status, 503)
	await holder.ends()
})

test('the lock is released at the end of the request, after the commit', async t => {
	const store = memoryStore()
	t.teardown(() => store.close())
	const calls: string[] = []
	const site = openSite({
		...store,
		replace: (key, ...rest) => {
			calls.push('replace')
			return store.replace(key, ...rest)
		},
		delete: (key, revision) => {
			calls.push(key.startsWith('lock:') ? 'release' : 'delete')
			return store.delete(key, revision)
		},
	})
	const sid = await site.begin()
	await site.visit(async ctx => {
		await ctx.session.lock()
		ctx.session.b = 1
	}, sid)
	t.deepEqual(calls, ['replace', 'release'])
	t.is((await site.visit(ctx => ctx.session.lock({waitMs: 0}), sid)).status, 200)
})

test('the lock is released when the handler throws', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin()
	const {status} = await site.visit(async ctx => {
		await ctx.session.lock()
		ctx.throw(500)
	}, sid)
	t.is(status, 500)
	t.is((await site.visit(ctx => ctx.session.lock({waitMs: 0}), sid)).status, 200)
})

test('the lock is released when the commit fails', async t => {
	const store = memoryStore()
	t.teardown(() => store.close())
	const site = openSite({...store, replace: () => Promise.reject(new Error('disk full'))})
	const sid = await site.begin()
	const {status} = await site.visit(async ctx => {
		await ctx.session.lock()
		ctx.session.a = 2
	}, sid)
	t.is(status, 503)
	t.is((await site.visit(ctx => ctx.session.lock({waitMs: 0}), sid)).status, 200)
})

test('the function that lock() returns releases it, once', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin()
	await site.visit(async ctx => {
		const release = await ctx.session.lock()
		await release()
		t.is((await site.visit(other => other.session.lock({waitMs: 0}), sid)).status, 200)
		const holder = await slowRequest(
			site,
			sid,
			() => {},
			other => other.session.lock({waitMs: 0}),
		)
		await release()
		t.is((await site.visit(other => other.session.lock({waitMs: 0}), sid)).status, 503)
		await holder.ends()
	}, sid)
})

test('a holder whose time is over does not release the lock of the next one', async t => {
	const store = memoryStore({}, {now: () => Date.now() + skew, warn: () => {}, timeoutMs: 5000})
	let skew = 0
	t.teardown(() => store.close())
	const late = openSite(store)
	const sid = await late.begin()
	const first = await slowRequest(
		late,
		sid,
		() => {},
		ctx => ctx.session.lock({holdMs: 1000}),
	)
	skew = 2000
	late.advance(2000)
	const second = await slowRequest(
		late,
		sid,
		() => {},
		ctx => ctx.session.lock({waitMs: 0, holdMs: 60_000}),
	)
	await first.ends()
	t.is((await late.visit(ctx => ctx.session.lock({waitMs: 0}), sid)).status, 503)
	await second.ends()
	t.is((await late.visit(ctx => ctx.session.lock({waitMs: 0}), sid)).status, 200)
})

test('a store without atomic writes has no lock', async t => {
	const store = memoryStore()
	t.teardown(() => store.close())
	const site = openSite({...store, capabilities: {...store.capabilities, atomicWrites: false}})
	const sid = await site.begin()
	const {status} = await site.visit(ctx => ctx.session.lock(), sid)
	t.is(status, 500)
	t.like(site.errors[0], {code: 'ERR_SESSION_LOCK_UNSUPPORTED'})
})

test('a session that was never stored needs no lock', async t => {
	const site = openMemorySite(t)
	const {status, cookie} = await site.visit(ctx => ctx.session.lock({waitMs: 0}))
	t.is(status, 200)
	t.is(cookie, undefined)
})

test('update() and changes work under the lock', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({count: 1})
	await site.visit(async ctx => {
		await ctx.session.lock()
		ctx.session.a = 2
		t.is(await ctx.session.update('count', (count = 0) => count + 1), 2)
	}, sid)
	t.deepEqual(await site.stored(sid), {_permanent: true, a: 2, count: 2})
})

test('a request that gets the lock keeps what it has changed before', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({a: 1})
	const slow = await slowRequest(
		site,
		sid,
		async ctx => {
			await ctx.session.lock()
			t.is(ctx.session.b, 'theirs')
			t.is(ctx.session.a, 'mine')
		},
		ctx => {
			ctx.session.a = 'mine'
		},
	)
	await site.visit(ctx => {
		ctx.session.b = 'theirs'
	}, sid)
	await slow.ends()
	t.deepEqual(await site.stored(sid), {_permanent: true, a: 'mine', b: 'theirs'})
})

test('who waited for the lock of a session that got another id meanwhile writes nothing, also within the grace', async t => {
	const site = openMemorySite(t, {SESSION_REGENERATE_GRACE: '1h'})
	const sid = await site.begin({a: 1})
	const slow = await slowRequest(site, sid, async ctx => {
		await t.throwsAsync(ctx.session.lock(), {code: 'ERR_SESSION_GONE'})
		ctx.session.a = 'late'
	})
	const {cookie} = await site.visit(ctx => ctx.session.regenerate(), sid)
	t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
	t.is(await site.stored(sid), undefined)
	t.is((await site.stored((cookie as {sid: string}).sid))?.a, 1)
})

test('a request that only takes the lock leaves the expiry of the cookie as it is', async t => {
	const store = memoryStore()
	t.teardown(() => store.close())
	// like redis, which does not tell the expiry of a record that it does not extend
	const site = openSite({
		...store,
		async read(key, extend) {
			const record = await store.read(key, extend)
			if (record === undefined || extend !== undefined) return record
			return {payload: record.payload, revision: record.revision, extended: false}
		},
	})
	const sid = await site.begin()
	await site.visit(async ctx => {
		const {expiresAt} = ctx.session
		t.is(typeof expiresAt, 'number')
		await ctx.session.lock()
		t.is(ctx.session.expiresAt, expiresAt)
	}, sid)
})

test('a session that was destroyed before it could be locked is gone', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin()
	const slow = await slowRequest(site, sid, async ctx => {
		await t.throwsAsync(ctx.session.lock(), {code: 'ERR_SESSION_GONE'})
		await t.throwsAsync(ctx.session.lock(), {code: 'ERR_SESSION_GONE'})
		ctx.session.a = 'late'
		await t.throwsAsync(ctx.session.save(), {code: 'ERR_SESSION_GONE'})
	})
	await site.visit(ctx => ctx.session.destroy(), sid)
	t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
	t.is(await site.stored(sid), undefined)
	t.true(site.eventNames().includes('gone'))
})
