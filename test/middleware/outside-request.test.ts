/** Sessions outside of a request: by their id, for a test, and the name that events have for them. */
import test from 'ava'
import Koa from 'koa'
import {type SessionEvent, serverSession} from '../../src/index.js'
import {sessionCookie} from '../../src/testing/index.js'
import {put, site} from '../support/served-site.js'

const routes = {
	'/login': ({session}: {session: object}) => put(session, {user: 'ada'}),
	'/user': ({session}: {session: {user?: string}}) => session.user ?? 'nobody',
	'/hash': ({session}: {session: {hash: string}}) => session.hash,
}

test('sessions.open() reads and changes a session by its id', async t => {
	const {visitor, sessions} = await site(t, {routes})
	const ada = visitor()
	await ada('/login')
	const session = await sessions.open(ada.sid)
	t.like(session?.data, {user: 'ada'})
	Object.assign(session as object, {user: 'grace'})
	await session?.save()
	t.is((await ada('/user')).body, 'grace')
})

test('sessions.open() finds nothing under an unknown id, and asks no store for what is no id', async t => {
	const {store, sessions} = await site(t, {routes})
	t.is(await sessions.open('x'.repeat(43)), undefined)
	t.is(store.take().length, 1)
	for (const id of ['', '../x', 'x'.repeat(300), undefined as never]) t.is(await sessions.open(id), undefined)
	t.is(store.take().length, 0)
})

test('sessions.destroy() ends a session by its id, and an event tells so', async t => {
	const {visitor, sessions, events} = await site(t, {routes})
	const ada = visitor()
	await ada('/login')
	await sessions.destroy(ada.sid)
	t.is((await ada('/user')).body, 'nobody')
	t.true(events.some(({name}) => name === 'destroyed'))
	await sessions.destroy('not an id')
})

test('sessions.destroy() ends a session whose record is damaged', async t => {
	const {visitor, sessions, store, now} = await site(t, {routes})
	const ada = visitor()
	await ada('/login')
	await store.replace(`session:${ada.sid}`, {payload: Buffer.from([0xc1]), expiresAt: now() + 1000})
	await t.throwsAsync(sessions.open(ada.sid), {code: 'ERR_SESSION_CORRUPT_RECORD'})
	await sessions.destroy(ada.sid)
	t.is(await store.read(`session:${ada.sid}`), undefined)
})

test('session.hash is the name that events have for a session, and not its id', async t => {
	const heard: SessionEvent[] = []
	const {visitor} = await site(t, {
		routes: {...routes, '/logout': ({session}) => session.destroy()},
		prepare: app => void app.on('session:destroyed', (event: SessionEvent) => heard.push(event)),
	})
	const ada = visitor()
	await ada('/login')
	const {body: hash} = await ada('/hash')
	t.false(hash.includes(ada.sid) || ada.sid.includes(hash))
	await ada('/logout')
	t.deepEqual(
		heard.map(({session}) => session),
		[hash],
	)
})

for (const config of [{}, {SESSION_USE_SIGNER: true, SECRET_KEY: 'a key for tests'}, {SESSION_COOKIE_NAME: 'other'}]) {
	test(`sessionCookie() makes a visitor who has a session, with ${JSON.stringify(config)}`, async t => {
		const {request, sessions} = await site(t, {routes, config})
		const cookie = await sessionCookie(sessions, {user: 'ada'})
		const {body, setCookie} = await request('/user', {cookie})
		t.is(body, 'ada')
		t.deepEqual(setCookie, [], 'it is an ordinary session')
	})
}

test('sessionCookie() refuses what is no session middleware', async t => {
	const app = new Koa()
	await t.throwsAsync(sessionCookie(app as never, {user: 'ada'}), {message: /serverSession\(\)/})
	const sessions = serverSession(new Koa(), {SESSION_TYPE: 'null'})
	await t.throwsAsync(sessionCookie(sessions, {user: 'ada'}), {code: 'ERR_SESSION_NULL_STORE'})
	await sessions.close()
})
