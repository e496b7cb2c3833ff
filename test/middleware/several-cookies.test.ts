/** Several cookies of one name: a neighbouring host can plant one before ours (RFC 6265, 8.6). */
import test from 'ava'
import {put, type RouteHandler, site} from '../support/served-site.js'

const routes: Readonly<Record<string, RouteHandler>> = {
	'/login': ({session}) => put(session, {user: 'ada'}),
	'/user': ({session}) => session.user ?? 'nobody',
	'/logout': ({session}) => session.destroy(),
	'/null': ctx => {
		ctx.session = null
	},
}

const PLANTED = 'session=planted-by-a-neighbouring-host'

test('a made-up cookie before the right one costs one read, and not the login', async t => {
	const {visitor, request, store} = await site(t, {routes})
	const ada = visitor()
	await ada('/login')
	store.take()
	t.is((await request('/user', {cookie: `${PLANTED}; ${ada.cookie}`})).body, 'ada')
	t.deepEqual(store.take(), ['read planted-by-a-neighbouring-host', `read ${ada.sid}`])
	t.is((await request('/user', {cookie: `${ada.cookie}; ${PLANTED}`})).body, 'ada')
	t.deepEqual(store.take(), [`read ${ada.sid}`])
})

for (const path of ['/logout', '/null']) {
	test(`${path} ends all sessions whose cookies the client has sent`, async t => {
		const {visitor, request, store} = await site(t, {routes})
		const [ada, bob] = [visitor(), visitor()]
		await ada('/login')
		await bob('/login')
		const answer = await request(path, {cookie: `${ada.cookie}; ${PLANTED}; ${bob.cookie}`})
		t.deepEqual([answer.status, answer.setCookie.length], [200, 1])
		t.deepEqual(await store.keys(), [])
	})
}

test('no more than four ids are asked for', async t => {
	const {request, store} = await site(t, {routes})
	const cookie = Array.from({length: 500}, (_, number) => `session=made-up-id-number-${number}`).join('; ')
	t.is((await request('/user', {cookie})).body, 'nobody')
	t.is(store.take().length, 4)
})
