/** A record that nobody can read: it can be destroyed, and does not live on because it is asked for. */
import test from 'ava'
import {put, type RouteHandler, site} from '../support/served-site.js'

const routes: Readonly<Record<string, RouteHandler>> = {
	'/login': ({session}) => put(session, {user: 'ada'}),
	'/user': ({session}) => session.user ?? 'nobody',
	'/untouched': () => {},
	'/logout': ({session}) => session.destroy(),
	'/null': ctx => {
		ctx.session = null
	},
}

async function damaged(t: Parameters<typeof site>[0]) {
	const all = await site(t, {routes, config: {PERMANENT_SESSION_LIFETIME: 100}})
	const ada = all.visitor()
	await ada('/login')
	const key = `session:${ada.sid}`
	const {revision} = (await all.store.read(key)) ?? {}
	const expiresAt = all.now() + 100_000
	await all.store.replace(key, {payload: Buffer.from([0xff, 0xff]), expiresAt}, revision)
	return {...all, ada, key, expiresAt}
}

test('a page that does not look at the session is served', async t => {
	const {ada} = await damaged(t)
	const {status, setCookie} = await ada('/untouched')
	t.deepEqual([status, setCookie], [200, []])
})

test('a page that asks for its data is a 500, and the record expires when it would have', async t => {
	const {ada, errors, store, key, expiresAt, advance} = await damaged(t)
	for (let visit = 0; visit < 3; visit++) {
		advance(20_000)
		t.is((await ada('/user')).status, 500)
		t.is((await store.read(key))?.expiresAt, expiresAt)
	}
	t.is(errors[0]?.code, 'ERR_SESSION_CORRUPT_RECORD')
})

for (const path of ['/logout', '/null']) {
	test(`${path} removes it, and the cookie`, async t => {
		const {ada, store} = await damaged(t)
		const {status, setCookie} = await ada(path)
		t.is(status, 200)
		t.regex(setCookie[0] ?? '', /^session=; /)
		t.deepEqual(await store.keys(), [])
	})
}
