/** When a cookie is sent again: a page that only reads must not take the cookie of a login away. */
import test from 'ava'
import {put, type RouteHandler, site} from '../support/served-site.js'

const routes: Readonly<Record<string, RouteHandler>> = {
	'/login': ({session}) => put(session, {user: 'ada'}),
	'/user': ({session}) => session.user ?? 'nobody',
	'/write': ({session}) => put(session, {n: (session.n ?? 0) + 1}),
	'/update': ({session}) => session.update('n', (n = 0) => n + 1),
	'/untouched': () => {},
}

const LIFETIME = 1000
/** A part of a tenth, and a little more. */
const ONE_WINDOW = LIFETIME * 100

for (const path of ['/user', '/untouched', '/write', '/update']) {
	test(`${path} sends a cookie in the first request of each tenth of the lifetime, and in no other`, async t => {
		const {visitor, advance, now} = await site(t, {config: {PERMANENT_SESSION_LIFETIME: LIFETIME}, routes})
		const ada = visitor()
		await ada('/login')
		advance(ONE_WINDOW - (now() % ONE_WINDOW))
		const sent: number[] = []
		for (let request = 0; request < 40; request++) {
			sent.push((await ada(path)).setCookie.length)
			advance(ONE_WINDOW / 10)
		}
		t.deepEqual(sent, Array.from({length: 4}, () => [1, ...new Array<number>(9).fill(0)]).flat())
	})
}

test('the record is extended by every request, also by those that send no cookie', async t => {
	const {visitor, advance, now, store} = await site(t, {config: {PERMANENT_SESSION_LIFETIME: LIFETIME}, routes})
	const ada = visitor()
	await ada('/login')
	for (let request = 0; request < 5; request++) {
		advance(7000)
		await ada('/user')
		t.is((await store.read(`session:${ada.sid}`))?.expiresAt, now() + LIFETIME * 1000)
	}
})

test('the cookie of a visitor who writes all the time, between extensions, is never older than a tenth', async t => {
	const {visitor, advance, now} = await site(t, {
		config: {PERMANENT_SESSION_LIFETIME: LIFETIME, SESSION_REFRESH_INTERVAL: 500},
		routes,
	})
	const ada = visitor()
	await ada('/login')
	let sentAt = now()
	for (let request = 0; request < 60; request++) {
		advance(ONE_WINDOW / 3)
		if ((await ada('/write')).setCookie.length > 0) sentAt = now()
		t.true(now() - sentAt <= ONE_WINDOW, `request ${request}`)
	}
})

test('a store that does not tell the expiry before has the cookie sent whenever it moves', async t => {
	const {visitor, store} = await site(t, {config: {PERMANENT_SESSION_LIFETIME: LIFETIME}, routes})
	const {read} = store
	store.read = async (key, extend) => {
		const record = await read(key, extend)
		return record && {payload: record.payload, revision: record.revision, extended: record.extended}
	}
	const ada = visitor()
	await ada('/login')
	for (let request = 0; request < 3; request++) t.is((await ada('/user')).setCookie.length, 1)
})

for (const [what, config] of [
	["SESSION_REFRESH_EACH_REQUEST 'exact'", {SESSION_REFRESH_EACH_REQUEST: 'exact'}],
	['SESSION_COOKIE_REFRESH_PERCENT 0', {SESSION_COOKIE_REFRESH_PERCENT: 0}],
] as const) {
	test(`with ${what} every response sends the cookie`, async t => {
		const {visitor, advance} = await site(t, {config, routes})
		const ada = visitor()
		await ada('/login')
		for (const path of ['/user', '/untouched', '/write']) {
			advance(1000)
			t.is((await ada(path)).setCookie.length, 1, path)
		}
	})
}

test('a session that becomes permanent, or ceases to be, sends its cookie', async t => {
	const {visitor} = await site(t, {
		routes: {
			...routes,
			'/remember': ({session}) => put(session, {permanent: true}),
			'/forget': ({session}) => put(session, {permanent: false}),
		},
	})
	const ada = visitor()
	await ada('/login')
	for (const path of ['/forget', '/remember']) {
		t.is((await ada(path)).setCookie.length, 1)
		t.is((await ada(path)).setCookie.length, 0)
	}
})
