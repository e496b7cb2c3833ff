/** Operations that nobody waits for: their failure is heard all the same. */
import test from 'ava'
import {HeardPromise} from '../../src/session/heard-promise.js'
import {put, type RouteHandler, site} from '../support/served-site.js'

const routes: Readonly<Record<string, RouteHandler>> = {
	'/login': ({session}) => put(session, {user: 'ada'}),
	'/destroy': ({session}) => {
		session.destroy()
		return 'logged out'
	},
	'/destroy-heard': async ({session}) => {
		await session.destroy().catch(() => {})
		return 'could not log out'
	},
	'/destroy-called-back': async ({session}) => {
		await new Promise(resolve => session.destroy(resolve))
		return 'could not log out'
	},
	'/destroy-and-throw': ctx => {
		ctx.session.destroy()
		ctx.throw(404)
	},
	'/save': ({session}) => {
		put(session, {n: 1})
		session.save()
	},
	'/update': ({session}) => void session.update('n', () => 1),
	'/regenerate': ({session}) => void session.regenerate({keeps: []}),
}

for (const [path, method] of [
	['/destroy', 'delete'],
	['/destroy-and-throw', 'delete'],
	['/save', 'replace'],
	['/update', 'replace'],
] as const) {
	test(`${path}, that nobody waits for and that fails, makes the response a 503`, async t => {
		const {visitor, store, errors, stored} = await site(t, {routes})
		const ada = visitor()
		await ada('/login')
		store.before = call => {
			if (call.method === method) throw new Error('down')
		}
		const answer = await ada(path)
		t.deepEqual([answer.status, answer.setCookie], [503, []])
		t.is(errors[0]?.code, 'ERR_SESSION_STORE')
		store.before = () => {}
		t.deepEqual(await stored(ada.sid), {_permanent: true, user: 'ada'})
	})
}

for (const path of ['/destroy-heard', '/destroy-called-back']) {
	test(`${path}: the handler decides what the response is`, async t => {
		const {visitor, store} = await site(t, {routes})
		const ada = visitor()
		await ada('/login')
		store.before = call => {
			if (call.method === 'delete') throw new Error('down')
		}
		const answer = await ada(path)
		t.deepEqual([answer.status, answer.body, answer.setCookie], [200, 'could not log out', []])
	})
}

test('a save() that nobody waits for, and that the commit makes good, is no failure', async t => {
	const {visitor, store, stored} = await site(t, {routes})
	const ada = visitor()
	await ada('/login')
	let failures = 0
	store.before = call => {
		if (call.method === 'replace' && failures++ === 0) throw new Error('down')
	}
	t.is((await ada('/save')).status, 200)
	t.is((await stored(ada.sid))?.n, 1)
})

test('a wrong option of an operation that nobody waits for is a 500', async t => {
	const {visitor, errors} = await site(t, {routes})
	const ada = visitor()
	await ada('/login')
	t.is((await ada('/regenerate')).status, 500)
	t.is(errors[0]?.code, 'ERR_SESSION_INVALID_ARGUMENT')
})

test('await, then, return and Promise.all count as waiting', async t => {
	const make = () => new HeardPromise<number>(resolve => resolve(1))
	const [awaited, chained, returned, collected, ignored] = [make(), make(), make(), make(), make()]
	await awaited
	chained.then(() => {})
	await (async () => returned)()
	await Promise.all([collected])
	t.deepEqual(
		[awaited, chained, returned, collected, ignored].map(promise => promise.heard),
		[true, true, true, true, false],
	)
})
