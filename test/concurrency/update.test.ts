import test, {type ExecutionContext} from 'ava'
import type {SessionStore} from '../../src/index.js'
import {memoryStore} from '../../src/stores/memory.js'
import {runChild} from '../support/child.js'
import {put, site} from '../support/served-site.js'
import {testWith} from '../support/servers/server.js'
import {openMemorySite, openSite, type Site, slowRequest} from '../support/site.js'
import {harnesses} from '../support/store-harnesses.js'

const TWENTY = Array.from({length: 20}, (_, index) => index)
const UPDATER = new URL('updater.ts', import.meta.url)

const increment = (count = 0) => count + 1

for (const {name, server, atomicWrites, inProcess, isVariant, start} of harnesses) {
	if (!atomicWrites) continue
	// one after the other: what is tested is contention for a session, not for the processor
	const run = testWith(test.serial as typeof test, server, {group: name})

	run(`${name}: twenty updates at once make twenty`, async (t: ExecutionContext) => {
		const backend = await start(t)
		const {store, another} = await backend.open()
		const other = await another?.()
		const sites = [store, other ?? store].map(handle => openSite(handle, {SESSION_KEY_PREFIX: backend.keyPrefix}))
		const [site] = sites as [Site]
		const sid = await site.begin()

		const answers = await Promise.all(
			TWENTY.map(index => sites[index % 2]?.visit(ctx => ctx.session.update('count', increment), sid)),
		)

		t.deepEqual([...new Set(answers.map(answer => answer?.status))], [200])
		t.like(await site.stored(sid), {a: 1, count: 20})
	})

	if (inProcess || isVariant) continue
	run(`${name}: twenty updates at once from two processes make twenty`, async (t: ExecutionContext) => {
		const backend = await start(t)
		const {store} = await backend.open()
		const site = openSite(store, {SESSION_KEY_PREFIX: backend.keyPrefix})
		const sid = await site.begin()

		await Promise.all([1, 2].map(() => runChild(UPDATER, backend.descriptor, backend.keyPrefix, sid, 10)))

		t.like(await site.stored(sid), {a: 1, count: 20})
	})
}

test('twenty updates at once over HTTP make twenty', async t => {
	const {visitor, stored} = await site(t, {
		routes: {
			'/begin': ({session}) => put(session, {a: 1}),
			'/count': ({session}) => session.update('count', increment),
		},
	})
	const ada = visitor()
	await ada('/begin')

	const answers = await Promise.all(TWENTY.map(() => visitor(ada.cookie)('/count')))

	t.deepEqual([...new Set(answers.map(({status}) => status))], [200])
	t.is((await stored(ada.sid))?.count, 20)
})

test('an update keeps what the request has changed beside it for the commit', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({a: 1})
	await site.visit(async ctx => {
		ctx.session.a = 2
		t.is(await ctx.session.update('count', increment), 1)
		t.deepEqual(await site.stored(sid), {_permanent: true, a: 1, count: 1})
	}, sid)
	t.deepEqual(await site.stored(sid), {_permanent: true, a: 2, count: 1})
})

test('an update sees what another request has written since this one has read', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({count: 1})
	const slow = await slowRequest(site, sid, async ctx => {
		t.is(ctx.session.count, 1)
		t.is(await ctx.session.update('count', increment), 6)
		t.is(ctx.session.count, 6)
	})
	await site.visit(ctx => ctx.session.update('count', () => 5), sid)
	await slow.ends()
	t.is((await site.stored(sid))?.count, 6)
})

test('an update of a session that was destroyed meanwhile says that it is gone, and stores nothing', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin()
	const slow = await slowRequest(site, sid, async ctx => {
		await t.throwsAsync(ctx.session.update('count', increment), {code: 'ERR_SESSION_GONE'})
	})
	await site.visit(ctx => ctx.session.destroy(), sid)
	t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
	t.is(await site.stored(sid), undefined)
})

test('an update of a new session is stored with the rest of it', async t => {
	const site = openMemorySite(t)
	const {cookie} = await site.visit(async ctx => {
		t.is(await ctx.session.update('count', increment), 1)
		t.is(await ctx.session.update('count', increment), 2)
	})
	t.deepEqual(await site.stored((cookie as {sid: string}).sid), {_permanent: true, count: 2})
})

test('a change that fails leaves the session as it is', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({count: 1})
	const {status} = await site.visit(async ctx => {
		const failing = ctx.session.update('count', () => {
			throw new RangeError('too many')
		})
		await t.throwsAsync(failing, {instanceOf: RangeError})
	}, sid)
	t.is(status, 200)
	t.is((await site.stored(sid))?.count, 1)
})

test('an update that loses every attempt fails with a conflict after a bounded number of them', async t => {
	const store = memoryStore()
	t.teardown(() => store.close())
	let attempts = 0
	const losing: SessionStore = {
		...store,
		replace: async () => {
			attempts += 1
			return {outcome: 'conflict'}
		},
	}
	const sid = await openSite(store).begin()
	const site = openSite(losing)
	const {status} = await site.visit(ctx => ctx.session.update('count', increment), sid)
	t.is(status, 409)
	t.is(attempts, 64)
	t.like(site.errors[0], {code: 'ERR_SESSION_CONFLICT'})
})
