/** Several instances, and an instance outside of a request: mounting, upgrades, opening and closing. */
import {createServer, type IncomingMessage} from 'node:http'
import type {AddressInfo} from 'node:net'
import test from 'ava'
import Koa from 'koa'
import {type SessionConfig, type SessionError, serverSession} from '../../src/index.js'
import {memoryStore} from '../../src/stores/memory.js'
import {cookieOf, serve} from '../support/http.js'
import {recordingStore} from '../support/recording-store.js'
import {put, site} from '../support/served-site.js'

test('two instances that would share their sessions are refused', t => {
	const app = new Koa()
	const store = memoryStore()
	t.teardown(() => store.close())
	const add = (property: string, config: SessionConfig) =>
		serverSession(app, {SESSION_PROPERTY: property, SESSION_COOKIE_NAME: property, ...config})
	add('session', {SESSION_TYPE: 'custom', SESSION_STORE: store})
	const error = t.throws(() => add('admin', {SESSION_TYPE: 'custom', SESSION_STORE: store}), {
		code: 'ERR_SESSION_CONFIG',
		message: /SESSION_KEY_PREFIX: expected another prefix than that of ctx\.session/,
	})
	t.false('admin' in app.context, `${error?.message}`)
	t.notThrows(() => add('prefixed', {SESSION_TYPE: 'custom', SESSION_STORE: store, SESSION_KEY_PREFIX: 'admin:'}))
	t.notThrows(() => add('elsewhere', {SESSION_TYPE: 'custom', SESSION_STORE: memoryStore()}))
	t.notThrows(() => [add('one', {SESSION_TYPE: 'memory'}), add('two', {SESSION_TYPE: 'memory'})])
	t.notThrows(() => serverSession(new Koa(), {SESSION_TYPE: 'custom', SESSION_STORE: store}))
})

test('two instances on one application are two sessions, each with its own cookie, store and options', async t => {
	const app = new Koa()
	const stores = {visitors: recordingStore(Date.now), admins: recordingStore(Date.now)}
	app.use(serverSession(app, {SESSION_TYPE: 'custom', SESSION_STORE: stores.visitors}))
	app.use(
		serverSession(app, {
			SESSION_TYPE: 'custom',
			SESSION_STORE: stores.admins,
			SESSION_PROPERTY: 'adminSession',
			SESSION_COOKIE_NAME: 'admin',
			SESSION_COOKIE_SAMESITE: 'Strict',
			SESSION_KEY_PREFIX: 'admin:',
		}),
	)
	app.use(ctx => {
		if (ctx.path === '/login') {
			put(ctx.session, {user: 'ada'})
			put(ctx.adminSession, {admin: 'grace'})
		}
		if (ctx.path === '/logout-admin') ctx.adminSession = null
		ctx.body = [ctx.session.sid === ctx.adminSession.sid, 'admin' in ctx.session, 'user' in ctx.adminSession]
	})
	const request = await serve(t, app)
	const answer = await request('/login')
	t.is(answer.body, '[false,false,false]')
	t.deepEqual(answer.setCookie.map(text => text.split('=')[0]).sort(), ['admin', 'session'])
	t.deepEqual([(await stores.visitors.keys()).length, (await stores.admins.keys()).length], [1, 1])
	t.regex((await stores.admins.keys())[0] ?? '', /^admin:/)
	const cookie = `${cookieOf(answer)}; ${cookieOf(answer, 'admin')}`
	const out = await request('/logout-admin', {cookie})
	t.true(out.setCookie.some(text => /^admin=; .*SameSite=Strict/.test(text)))
	t.deepEqual([(await stores.visitors.keys()).length, (await stores.admins.keys()).length], [1, 0])
})

test('a second instance under the same property is refused at once', t => {
	const app = new Koa()
	serverSession(app, {SESSION_TYPE: 'memory'})
	t.throws(() => serverSession(app, {SESSION_TYPE: 'memory'}), {code: 'ERR_SESSION_MOUNTED_TWICE'})
})

test('a property that Koa itself has is refused at once', t => {
	for (const name of ['request', 'req', 'app', 'state', 'respond', 'body', 'cookies', 'throw']) {
		const create = () => serverSession(new Koa(), {SESSION_TYPE: 'memory', SESSION_PROPERTY: name})
		const error = t.throws<SessionError>(create, {code: 'ERR_SESSION_CONFIG'}, name)
		t.is(error?.problems[0]?.received, `'${name}', which Koa has there`)
	}
})

test('a call without the application, or with it in the second place, says how to call', t => {
	const call = serverSession as (...args: unknown[]) => unknown
	for (const [args, received] of [
		[[{SESSION_TYPE: 'memory'}, new Koa()], 'the application in the second place'],
		[[{SESSION_TYPE: 'memory'}], 'an object with SESSION_TYPE'],
		[[], 'undefined'],
		[['redis://localhost'], "'redis://localhost'"],
	] as const) {
		const error = t.throws<SessionError>(() => call(...args), {code: 'ERR_SESSION_CONFIG'})
		t.deepEqual(error?.problems, [
			{key: 'app', expected: 'a Koa application, as in serverSession(app, config)', received},
		])
	}
})

test('two applications do not share ctx.session', async t => {
	const first = new Koa()
	const second = new Koa()
	serverSession(first, {SESSION_TYPE: 'memory'})
	t.notThrows(() => serverSession(second, {SESSION_TYPE: 'memory'}))
	t.true('session' in first.context)
	t.false('session' in new Koa().context)
})

test('the middleware used twice in one application runs once', async t => {
	const app = new Koa()
	const store = recordingStore(Date.now)
	const sessions = serverSession(app, {SESSION_TYPE: 'custom', SESSION_STORE: store})
	app.use(sessions)
	app.use(sessions)
	app.use(ctx => {
		put(ctx.session, {a: 1})
		ctx.body = 'ok'
	})
	const request = await serve(t, app)
	t.is((await request('/')).setCookie.length, 1)
	t.is(store.calls.length, 1)
})

/** A server that upgrades every request after `handle`, and tells what that gave. */
async function upgrading(t: Parameters<typeof site>[0], handle: (request: IncomingMessage) => Promise<unknown>) {
	const outcomes: unknown[] = []
	const server = createServer()
	server.on('upgrade', async (request, socket) => {
		outcomes.push(await handle(request).catch((error: SessionError) => error.code))
		socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n')
	})
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
	t.teardown(() => server.close())
	const {port} = server.address() as AddressInfo
	return async (cookie: string | undefined) => {
		await fetchUpgrade(port, cookie)
		return outcomes.at(-1)
	}
}

async function fetchUpgrade(port: number, cookie: string | undefined): Promise<void> {
	const {request} = await import('node:http')
	await new Promise<void>((resolve, reject) => {
		const headers = {connection: 'Upgrade', upgrade: 'x', ...(cookie !== undefined && {cookie})}
		const sent = request({host: '127.0.0.1', port, headers})
		sent.once('upgrade', (_response, socket) => {
			socket.destroy()
			resolve()
		})
		sent.once('error', reject)
		sent.end()
	})
}

const login = {'/login': ({session}: {session: object}) => put(session, {user: 'ada', n: 1})}

test('fromRequest() gives an upgrade request its session, and save() stores what it changes', async t => {
	const {visitor, sessions, stored} = await site(t, {routes: login})
	const ada = visitor()
	await ada('/login')
	const upgrade = await upgrading(t, async request => {
		const session = (await sessions.fromRequest(request)) as unknown as Record<string, unknown> & {
			save(): Promise<void>
		}
		session.n = 2
		await session.save()
		return session.user
	})
	t.is(await upgrade(ada.cookie), 'ada')
	t.deepEqual(await stored(ada.sid), {_permanent: true, user: 'ada', n: 2})
})

test('fromRequest() follows the same rules for the cookie', async t => {
	const {visitor, sessions, store} = await site(t, {
		config: {SESSION_USE_SIGNER: true, SECRET_KEY: 'dev'},
		routes: login,
	})
	const ada = visitor()
	await ada('/login')
	const upgrade = await upgrading(t, async request => (await sessions.fromRequest(request)).isNew)
	t.is(await upgrade(ada.cookie), false)
	store.take()
	t.is(await upgrade(`session=${ada.sid}`), true)
	t.is(await upgrade('session=../../etc/passwd'), true)
	t.is(await upgrade(undefined), true)
	t.deepEqual(store.take(), [])
})

test('fromRequest() cannot make a session, for there is no response to carry its cookie', async t => {
	const {sessions, store} = await site(t, {routes: login})
	const upgrade = await upgrading(t, async request => {
		const session = await sessions.fromRequest(request)
		put(session, {a: 1})
		await session.save()
	})
	t.is(await upgrade(undefined), 'ERR_SESSION_NO_COOKIE')
	t.is(await upgrade(`session=${'u'.repeat(43)}`), 'ERR_SESSION_NO_COOKIE')
	t.deepEqual(await store.keys(), [])
})

test('fromRequest() cannot give a session another id, and leaves it as it is', async t => {
	const {visitor, sessions, stored} = await site(t, {routes: login})
	const ada = visitor()
	await ada('/login')
	const upgrade = await upgrading(t, async request => {
		const session = await sessions.fromRequest(request)
		await session.regenerate()
		await session.save()
	})
	t.is(await upgrade(ada.cookie), 'ERR_SESSION_NO_COOKIE')
	t.is((await stored(ada.sid))?.user, 'ada')
})

test('save() after the session was destroyed elsewhere is a typed error, and does not bring it back', async t => {
	const {visitor, sessions, store} = await site(t, {
		routes: {...login, '/logout': ({session}) => session.destroy()},
	})
	const ada = visitor()
	await ada('/login')
	const upgrade = await upgrading(t, async request => {
		const session = await sessions.fromRequest(request)
		await visitor(ada.cookie)('/logout')
		put(session, {n: 2})
		await session.save()
	})
	t.is(await upgrade(ada.cookie), 'ERR_SESSION_GONE')
	t.deepEqual(await store.keys(), [])
})

test('fromRequest() rejects when the store fails', async t => {
	const {visitor, sessions, store} = await site(t, {routes: login})
	const ada = visitor()
	await ada('/login')
	store.before = () => {
		throw new Error('down')
	}
	const upgrade = await upgrading(t, request => sessions.fromRequest(request))
	t.is(await upgrade(ada.cookie), 'ERR_SESSION_STORE')
})

test('ready() rejects with what keeps the store from opening, and the application starts all the same', async t => {
	const app = new Koa()
	const store = {
		...memoryStore(),
		open: async () => {
			throw new Error('no rights')
		},
	}
	const sessions = serverSession(app, {SESSION_TYPE: 'custom', SESSION_STORE: store})
	app.use(sessions)
	app.use(ctx => {
		ctx.body = 'ok'
	})
	t.is((await t.throwsAsync(sessions.ready()))?.message.includes('store'), true)
	const request = await serve(t, app)
	t.is((await request('/')).status, 200)
	await store.close()
})

test('a store that could not be opened is opened again by the next request', async t => {
	const app = new Koa()
	app.silent = true
	let attempts = 0
	const inner = memoryStore()
	const store = {
		...inner,
		open: async () => {
			attempts++
			if (attempts === 1) throw new Error('not yet')
		},
	}
	const sessions = serverSession(app, {SESSION_TYPE: 'custom', SESSION_STORE: store})
	t.teardown(() => sessions.close())
	app.use(sessions)
	app.use(ctx => {
		put(ctx.session, {a: 1})
		ctx.body = 'ok'
	})
	await t.throwsAsync(sessions.ready())
	const request = await serve(t, app)
	t.is((await request('/')).status, 200)
	t.is(attempts, 2)
})

test('close() leaves a store open that was passed in', async t => {
	let closed = 0
	const inner = memoryStore()
	t.teardown(() => inner.close())
	const store = {
		...inner,
		close: async () => {
			closed++
		},
	}
	const sessions = serverSession(new Koa(), {SESSION_TYPE: 'custom', SESSION_STORE: store})
	await sessions.ready()
	await sessions.close()
	t.is(closed, 0)
})

test('the null type reads an empty session, and the first write says which types there are', async t => {
	const {request, errors} = await site(t, {
		ownStore: true,
		routes: {'/read': ({session}) => String(session.a), ...login},
	})
	t.is((await request('/read')).body, 'undefined')
	const answer = await request('/login')
	t.deepEqual([answer.status, answer.setCookie], [500, []])
	t.is(errors[0]?.code, 'ERR_SESSION_NULL_STORE')
	t.regex(errors[0]?.message ?? '', /SESSION_TYPE/)
})
