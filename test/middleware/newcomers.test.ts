/** What people try who come from other session libraries. */
import test from 'ava'
import Koa from 'koa'
import {serverSession} from '../../src/index.js'
import {serve} from '../support/http.js'
import {put, site} from '../support/served-site.js'

const routes = {
	'/login': ({session}: {session: object}) => put(session, {user: 'ada', seen: {at: undefined}}),
	'/keys': ({session}: {session: object}) => Object.keys(session).join(),
	'/out': ({session}: {session: {user?: string | undefined}}) => {
		session.user = undefined
	},
	'/assign': ({session}: {session: object}) => {
		Object.assign(session, {user: undefined})
	},
	'/data': ({session}: {session: {data: {user?: string | undefined}}}) => {
		session.data.user = undefined
	},
}

for (const path of ['/out', '/assign', '/data'] as const) {
	test(`a key that is set to undefined is removed: ${path}`, async t => {
		const {visitor} = await site(t, {routes})
		const ada = visitor()
		await ada('/login')
		await ada(path)
		t.is((await ada('/keys')).body, '_permanent,seen')
	})
}

test('ctx.session = {..} leaves out keys that are undefined, and update() to undefined removes its key', async t => {
	const {visitor} = await site(t, {
		routes: {
			...routes,
			'/replace': ctx => {
				ctx.session = {user: undefined, next: 1}
			},
			'/update': ({session}) => session.update('next', () => undefined),
		},
	})
	const ada = visitor()
	await ada('/login')
	await ada('/replace')
	t.is((await ada('/keys')).body, '_permanent,next')
	await ada('/login')
	await ada('/update')
	t.notRegex((await ada('/keys')).body, /next/)
})

test('setting a key that is not there to undefined stores nothing', async t => {
	const {request, store} = await site(t, {routes})
	t.deepEqual((await request('/out')).setCookie, [])
	t.deepEqual(await store.keys(), [])
})

test('ctx.session.maxAge = .. says what to use', async t => {
	const {request, errors} = await site(t, {
		routes: {
			'/': ({session}) => {
				session.maxAge = 1000
			},
		},
	})
	t.is((await request('/')).status, 500)
	t.like(errors[0], {code: 'ERR_SESSION_RESERVED_KEY'})
	t.regex(errors[0]?.message ?? '', /PERMANENT_SESSION_LIFETIME/)
})

test('ctx.request.flash(category, message) is the form of Express, and ctx.flash(message, category) that of Flask', async t => {
	const {request} = await site(t, {
		routes: {
			'/': ctx => {
				;(ctx.request as unknown as {flash(category: string, message: string): void}).flash('error', 'Wrong password')
				ctx.flash('Saved', 'info')
				return JSON.stringify(ctx.flashes({withCategories: true}))
			},
		},
	})
	t.is((await request('/')).body, '[["error","Wrong password"],["info","Saved"]]')
})

test('in a mounted sub-application that is not its own, the middleware says which application it takes', async t => {
	const [outer, inner] = [new Koa(), new Koa()]
	const sessions = serverSession(inner, {SESSION_TYPE: 'memory'})
	t.teardown(() => sessions.close())
	inner.use(sessions)
	outer.use(inner.middleware[0] as Koa.Middleware)
	const errors: Error[] = []
	outer.on('error', error => errors.push(error))
	const request = await serve(t, outer)
	t.is((await request('/')).status, 500)
	t.like(errors[0], {code: 'ERR_SESSION_NOT_MOUNTED'})
	t.regex(errors[0]?.message ?? '', /outer application/)
})

test('a second lock() in one request is held with the first, and does not end it', async t => {
	const {visitor} = await site(t, {
		routes: {
			...routes,
			'/lock': async ({session}) => {
				const release = await session.lock()
				const inner = await session.lock({waitMs: 0})
				await inner()
				await release()
				return 'done'
			},
		},
	})
	const ada = visitor()
	await ada('/login')
	t.is((await ada('/lock')).body, 'done')
})
