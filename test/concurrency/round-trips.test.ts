/** What the care for overlapping requests costs the others: nothing. */

import test, {type ExecutionContext} from 'ava'
import {memoryStore} from '../../src/stores/memory.js'
import {manualContext} from '../support/clock.js'
import {type Handler, openSite, slowRequest} from '../support/site.js'

/** More than the part of its life after which a cookie is sent again. */
const FOUR_DAYS = 4 * 24 * 3_600_000

function openCounted(t: ExecutionContext) {
	const clock = manualContext()
	const store = memoryStore({}, clock)
	t.teardown(() => store.close())
	const calls: string[] = []
	const counted = <A extends unknown[], R>(name: string, call: (...args: A) => R) => {
		return (...args: A): R => {
			const [beside] = /^(?:lock|ended)(?=:)/.exec(String(args[0])) ?? []
			calls.push(beside ? `${name} ${beside}` : name)
			return call(...args)
		}
	}
	const countedStore = {
		...store,
		read: counted('read', store.read),
		create: counted('create', store.create),
		replace: counted('replace', store.replace),
		touch: counted('touch', store.touch),
		delete: counted('delete', store.delete),
	}
	const site = openSite(countedStore, {}, {clock})
	/** The calls since the last time. */
	return {site, take: () => calls.splice(0)}
}

const alone: readonly {readonly what: string; readonly handler: Handler; readonly calls: readonly string[]}[] = [
	{what: 'a read', handler: ctx => ctx.session.a, calls: ['read']},
	{
		what: 'a write',
		handler: ctx => {
			ctx.session.a = 2
		},
		calls: ['read', 'replace'],
	},
	{
		what: 'a nested change',
		handler: ctx => {
			ctx.session.cart?.items.push('one')
		},
		calls: ['read', 'replace'],
	},
	{what: 'a flash', handler: ctx => ctx.flash('message'), calls: ['read', 'replace']},
	{what: 'an update', handler: ctx => ctx.session.update('count', () => 1), calls: ['read', 'replace']},
	{
		what: 'a save and a later change',
		handler: async ctx => {
			ctx.session.a = 2
			await ctx.session.save()
			ctx.session.a = 3
		},
		calls: ['read', 'replace', 'replace'],
	},
	{
		what: 'a save at the end',
		handler: async ctx => {
			ctx.session.a = 2
			await ctx.session.save()
		},
		calls: ['read', 'replace'],
	},
	{what: 'a clear', handler: ctx => ctx.session.clear(), calls: ['read', 'create ended', 'delete']},
	{what: 'a destroy', handler: ctx => ctx.session.destroy(), calls: ['read', 'create ended', 'delete']},
	{what: 'a regenerate', handler: ctx => ctx.session.regenerate(), calls: ['read', 'create ended', 'create', 'delete']},
	{
		what: 'a regenerate and a save',
		handler: async ctx => {
			await ctx.session.regenerate()
			ctx.session.a = 2
			await ctx.session.save()
		},
		calls: ['read', 'create ended', 'create', 'delete'],
	},
	{what: 'a lock', handler: ctx => ctx.session.lock(), calls: ['read', 'create lock', 'read', 'delete lock']},
]

for (const {what, handler, calls} of alone) {
	test(`without contention ${what} costs ${calls.join(', ')}`, async t => {
		const {site, take} = openCounted(t)
		const sid = await site.begin({a: 1, cart: {items: []}})
		t.deepEqual(take(), ['create'])
		await site.visit(handler, sid)
		t.deepEqual(take(), calls)
	})
}

test('a conflict costs the request that met it one more write, as the store tells what is there', async t => {
	const {site, take} = openCounted(t)
	const sid = await site.begin({a: 1})
	const slow = await slowRequest(site, sid, ctx => {
		ctx.session.a = 2
	})
	take()
	await site.visit(ctx => {
		ctx.session.b = 3
	}, sid)
	t.deepEqual(take(), ['read', 'replace'])
	await slow.ends()
	t.deepEqual(take(), ['replace', 'replace'])
})

test('a slow request that only reads asks once more before it sends its cookie, and only then', async t => {
	const {site, take} = openCounted(t)
	const sid = await site.begin({a: 1})
	take()
	const slow = () => site.advance(1000)
	t.deepEqual((await site.visit(slow, sid)).cookie, undefined)
	t.deepEqual(take(), ['read'])
	site.advance(FOUR_DAYS)
	t.deepEqual((await site.visit(() => site.advance(100), sid)).cookie, {sid})
	t.deepEqual(take(), ['read'])
	site.advance(FOUR_DAYS)
	t.deepEqual((await site.visit(slow, sid)).cookie, {sid})
	t.deepEqual(take(), ['read', 'read'])
})

test('a visitor whose id is unknown costs one call more, when something is to be stored', async t => {
	const {site, take} = openCounted(t)
	const unknown = 'an-id-that-nobody-has-given-out'
	await site.visit(ctx => ctx.session.a, unknown)
	t.deepEqual(take(), ['read'])
	await site.visit(ctx => {
		ctx.session.a = 1
	}, unknown)
	t.deepEqual(take(), ['read', 'read ended', 'create'])
	await site.visit(ctx => {
		ctx.session.a = 1
	})
	t.deepEqual(take(), ['create'])
})

test('a session that is gone costs the request that finds it so one write that does not take place', async t => {
	const {site, take} = openCounted(t)
	const sid = await site.begin({a: 1})
	const slow = await slowRequest(site, sid, ctx => {
		ctx.session.a = 2
	})
	await site.visit(ctx => ctx.session.destroy(), sid)
	take()
	await slow.ends()
	t.deepEqual(take(), ['replace'])
})
