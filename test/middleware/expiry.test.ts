/** How long a session lives, and what its cookie says about that. */
import test from 'ava'
import type {Extension, StoreEntry} from '../../src/stores/contract.js'
import {put, type RouteHandler, site} from '../support/served-site.js'

const routes: Readonly<Record<string, RouteHandler>> = {
	'/login': ({session}) => put(session, {user: 'ada'}),
	'/user': ({session}) => session.user ?? 'nobody',
	'/write': ({session}) => put(session, {n: (session.n ?? 0) + 1}),
	'/untouched': () => {},
}

const expiresOf = (text: string | undefined) => Date.parse(/Expires=([^;]+)/.exec(text ?? '')?.[1] ?? '')

test('a record that the store still holds after its expiry is unknown', async t => {
	const {visitor, advance, events} = await site(t, {config: {PERMANENT_SESSION_LIFETIME: 100}, routes})
	const ada = visitor()
	await ada('/login')
	advance(100_000)
	const answer = await ada('/user')
	t.is(answer.body, 'nobody')
	t.deepEqual(answer.setCookie, [])
	t.is(events.at(-1)?.name, 'unknown')
})

test('a record lives until the last millisecond of its lifetime', async t => {
	const {visitor, advance} = await site(t, {config: {PERMANENT_SESSION_LIFETIME: 100}, routes})
	const ada = visitor()
	await ada('/login')
	advance(99_999)
	t.is((await ada('/user')).body, 'ada')
})

test('each request moves the expiry of the record and of the cookie', async t => {
	const {visitor, advance, now, store} = await site(t, {config: {PERMANENT_SESSION_LIFETIME: 100}, routes})
	const ada = visitor()
	await ada('/login')
	for (const path of ['/user', '/untouched', '/write', '/user']) {
		advance(60_000)
		const {setCookie} = await ada(path)
		t.is(expiresOf(setCookie[0]), now() + 100_000)
		t.is((await store.read(`session:${ada.sid}`))?.expiresAt, now() + 100_000)
	}
})

test('with SESSION_REFRESH_EACH_REQUEST off the session ends a lifetime after its last write', async t => {
	const {visitor, advance, now} = await site(t, {
		config: {PERMANENT_SESSION_LIFETIME: 100, SESSION_REFRESH_EACH_REQUEST: false},
		routes,
	})
	const ada = visitor()
	await ada('/login')
	advance(60_000)
	t.is(expiresOf((await ada('/write')).setCookie[0]), now() + 100_000)
	advance(60_000)
	t.deepEqual((await ada('/user')).setCookie, [])
	advance(39_999)
	t.is((await ada('/user')).body, 'ada')
	advance(1)
	t.is((await ada('/user')).body, 'nobody')
})

test('with SESSION_REFRESH_INTERVAL the expiry moves at most once in an interval, and carries no data', async t => {
	const {visitor, advance, store} = await site(t, {
		config: {PERMANENT_SESSION_LIFETIME: 100, SESSION_REFRESH_INTERVAL: 50},
		routes,
	})
	const ada = visitor()
	await ada('/login')
	const expiries = new Set<number | undefined>()
	const cookies: string[] = []
	store.take()
	for (let request = 1; request <= 10; request++) {
		advance(10_000)
		const {setCookie, body} = await ada('/user')
		t.is(body, 'ada')
		cookies.push(...setCookie)
		expiries.add((await store.read(`session:${ada.sid}`))?.expiresAt)
	}
	t.is(expiries.size, 2)
	t.is(cookies.length, 1)
	t.true(store.take().every(call => call.startsWith('read ')))
})

test('with SESSION_REFRESH_INTERVAL a visitor who comes in time stays, and cookie and record differ by less than it', async t => {
	const {visitor, advance, store} = await site(t, {
		config: {PERMANENT_SESSION_LIFETIME: 100, SESSION_REFRESH_INTERVAL: 50},
		routes,
	})
	const ada = visitor()
	let inBrowser = expiresOf((await ada('/login')).setCookie[0])
	for (const seconds of [1, 49, 1, 30, 49, 49, 10, 45, 7, 49, 49]) {
		advance(seconds * 1000)
		const answer = await ada('/user')
		t.is(answer.body, 'ada')
		if (answer.setCookie.length > 0) inBrowser = expiresOf(answer.setCookie[0])
		const inStore = (await store.read(`session:${ada.sid}`))?.expiresAt ?? 0
		t.true(Math.abs(inStore - inBrowser) <= 50_000)
	}
})

test('with SESSION_REFRESH_INTERVAL a write moves the expiry at once', async t => {
	const {visitor, advance, now} = await site(t, {
		config: {PERMANENT_SESSION_LIFETIME: 100, SESSION_REFRESH_INTERVAL: 50},
		routes,
	})
	const ada = visitor()
	await ada('/login')
	advance(10_000)
	t.is(expiresOf((await ada('/write')).setCookie[0]), now() + 100_000)
})

test('a read asks the store for the new expiry, and for nothing to be written', async t => {
	const {visitor, now, store} = await site(t, {
		config: {PERMANENT_SESSION_LIFETIME: 100, SESSION_REFRESH_INTERVAL: 30},
		routes,
	})
	const ada = visitor()
	await ada('/login')
	await ada('/user')
	const options = store.calls.at(-1)?.detail as Extension
	t.deepEqual(options, {to: now() + 100_000, ifBefore: now() + 70_000})
})

test('a session that ends with the browser has no date in its cookie, but its record has one', async t => {
	const {visitor, now, store} = await site(t, {
		config: {SESSION_PERMANENT: false, PERMANENT_SESSION_LIFETIME: 100},
		routes,
	})
	const ada = visitor()
	const {setCookie} = await ada('/login')
	t.deepEqual(setCookie, [`session=${ada.sid}; HttpOnly; Path=/`])
	t.is((store.calls.at(-1)?.detail as StoreEntry | undefined)?.expiresAt, now() + 100_000)
})

test('a session that ends with the browser is extended without a new cookie', async t => {
	const {visitor, advance} = await site(t, {
		config: {SESSION_PERMANENT: false, PERMANENT_SESSION_LIFETIME: 100},
		routes,
	})
	const ada = visitor()
	await ada('/login')
	for (let request = 0; request < 3; request++) {
		advance(90_000)
		const {body, setCookie} = await ada('/user')
		t.deepEqual([body, setCookie], ['ada', []])
	}
})

test('session.permanent = false takes the date out of the cookie, and true puts it back', async t => {
	const {visitor} = await site(t, {
		routes: {
			...routes,
			'/forget-me': ({session}) => put(session, {permanent: false}),
			'/remember-me': ({session}) => put(session, {permanent: true}),
		},
	})
	const ada = visitor()
	await ada('/login')
	t.notRegex((await ada('/forget-me')).setCookie[0] ?? '', /Expires/)
	t.regex((await ada('/remember-me')).setCookie[0] ?? '', /Expires/)
})

test('session.expiresAt tells when the record expires', async t => {
	const {visitor, now, advance} = await site(t, {
		config: {PERMANENT_SESSION_LIFETIME: 100},
		routes: {...routes, '/when': ({session}) => String(session.expiresAt)},
	})
	const ada = visitor()
	t.is((await ada('/when')).body, 'undefined')
	await ada('/login')
	advance(5000)
	t.is((await ada('/when')).body, String(now() + 100_000))
})

test('the cookie never says a later second than the record', async t => {
	const {visitor, advance, store} = await site(t, {config: {PERMANENT_SESSION_LIFETIME: 1.9}, routes})
	const ada = visitor()
	for (let request = 0; request < 5; request++) {
		advance(333)
		const {setCookie} = await ada('/write')
		t.true(expiresOf(setCookie[0]) <= ((await store.read(`session:${ada.sid}`))?.expiresAt ?? 0))
	}
})

test('a touch is a read with an expiry: what another request writes meanwhile survives', async t => {
	const {visitor, stored} = await site(t, {routes})
	const ada = visitor()
	await ada('/login')
	await Promise.all([ada('/write'), ada('/user'), ada('/user'), ada('/untouched')])
	t.deepEqual(await stored(ada.sid), {_permanent: true, user: 'ada', n: 1})
})

test('cleanup() removes expired records and tells how many', async t => {
	const {visitor, advance, sessions} = await site(t, {
		config: {SESSION_TYPE: 'memory', PERMANENT_SESSION_LIFETIME: 100},
		ownStore: true,
		routes,
	})
	for (let number = 0; number < 3; number++) await visitor()('/login')
	advance(50_000)
	await visitor()('/login')
	t.is(await sessions.cleanup(), 0)
	advance(50_000)
	t.is(await sessions.cleanup(), 3)
})
