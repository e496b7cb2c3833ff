/** koa-passport and passport, unmodified: login and logout by the callback forms of regenerate() and save(). */
import test, {type ExecutionContext} from 'ava'
import {KoaPassport} from 'koa-passport'
import {Strategy} from 'passport'
import {put, type RouteHandler, site} from '../support/served-site.js'

/** Logs in whoever the query names. */
class ByName extends Strategy {
	override name = 'by name'
	override authenticate(request: {query?: {name?: string}; url?: string}) {
		const name = new URL(request.url ?? '', 'http://localhost').searchParams.get('name')
		if (name) this.success({name})
		else this.fail({message: 'Wrong password'} as never, 401)
	}
}

async function withPassport(t: ExecutionContext) {
	const passport = new KoaPassport()
	passport.use(new ByName() as never)
	passport.serializeUser((user, done) => done(null, (user as {name: string}).name))
	passport.deserializeUser((name, done) => done(null, {name: name as string}))
	const [initialize, session, authenticate] = [
		passport.initialize(),
		passport.session(),
		passport.authenticate('by name'),
	]
	const inPassport =
		(handler: RouteHandler): RouteHandler =>
		ctx =>
			initialize(ctx, () => session(ctx, async () => put(ctx.state, {body: await handler(ctx)})))
	const routes: Record<string, RouteHandler> = {
		'/cart': ({session}) => put(session, {cart: ['book']}),
		'/login': inPassport(ctx => authenticate(ctx, async () => {})),
		'/login-and-keep': inPassport(ctx =>
			passport.authenticate('by name', {keepSessionInfo: true})(ctx, async () => {}),
		),
		'/login-or-flash': inPassport(ctx =>
			passport.authenticate('by name', {failureFlash: true, successFlash: 'Welcome'})(ctx, async () => {}),
		),
		'/messages': ctx => put(ctx.state, {body: JSON.stringify(ctx.flashes({withCategories: true}))}),
		'/logout': inPassport(ctx => ctx.logout()),
		'/who': inPassport(ctx => (ctx.state.user as {name?: string} | undefined)?.name ?? 'nobody'),
	}
	const answering = Object.fromEntries(
		Object.entries(routes).map(([path, handler]) => [
			path,
			async (ctx: Parameters<RouteHandler>[0]) => {
				await handler(ctx)
				return ctx.state.body ?? (ctx.status === 401 ? 'refused' : 'ok')
			},
		]),
	)
	return site(t, {routes: answering})
}

test('a login by passport changes the id and keeps the visitor logged in', async t => {
	const {visitor, stored} = await withPassport(t)
	const ada = visitor()
	await ada('/cart')
	const before = ada.sid
	t.is((await ada('/login?name=ada')).status, 200)
	t.not(ada.sid, before)
	t.is(await stored(before), undefined)
	t.deepEqual((await stored(ada.sid))?.passport, {user: 'ada'})
	t.is((await ada('/who')).body, 'ada')
})

test('failureFlash and successFlash of passport store category and message as ctx.flash() does', async t => {
	const {visitor} = await withPassport(t)
	const ada = visitor()
	await ada('/login-or-flash')
	t.is((await ada('/messages')).body, '[["error","Wrong password"]]')
	await ada('/login-or-flash?name=ada')
	t.is((await ada('/messages')).body, '[["success","Welcome"]]')
})

test('a login by passport of a new visitor makes one session', async t => {
	const {visitor, store} = await withPassport(t)
	const ada = visitor()
	await ada('/login?name=ada')
	t.is((await store.keys()).length, 1)
	t.is((await ada('/who')).body, 'ada')
})

test('a logout by passport changes the id, and nobody is logged in any more', async t => {
	const {visitor, stored, request} = await withPassport(t)
	const ada = visitor()
	await ada('/cart')
	await ada('/login?name=ada')
	const {sid, cookie} = ada
	await ada('/logout')
	t.not(ada.sid, sid)
	t.is(await stored(sid), undefined)
	t.is((await ada('/who')).body, 'nobody')
	t.is((await request('/who', {cookie})).body, 'nobody')
})

test('a login that passport refuses leaves no session', async t => {
	const {visitor, store} = await withPassport(t)
	const answer = await visitor()('/login')
	t.deepEqual([answer.status, answer.setCookie], [401, []])
	t.deepEqual(await store.keys(), [])
})

test('a store that fails during a login by passport is a 503 without a cookie', async t => {
	const {visitor, store} = await withPassport(t)
	store.before = () => {
		throw new Error('down')
	}
	const answer = await visitor()('/login?name=ada')
	t.deepEqual([answer.status, answer.setCookie], [503, []])
})

for (const method of ['regenerate', 'save', 'destroy']) {
	test(`${method}() calls its callback without an error, once`, async t => {
		const calls: unknown[][] = []
		const {visitor} = await site(t, {
			routes: {
				'/begin': ({session}) => put(session, {a: 1}),
				'/do': ({session}) => {
					put(session, {a: 2})
					return new Promise<void>(resolve => {
						session[method]((...given: unknown[]) => {
							calls.push(given)
							resolve()
						})
					})
				},
			},
		})
		const ada = visitor()
		await ada('/begin')
		await ada('/do')
		t.deepEqual(
			calls.map(([error]) => error),
			[undefined],
		)
	})
}

for (const method of ['save', 'destroy']) {
	test(`${method}() gives its callback the error, and rejects nothing`, async t => {
		const {visitor, store} = await site(t, {
			routes: {
				'/begin': ({session}) => put(session, {a: 1}),
				'/do': ({session}) => {
					put(session, {a: 2})
					return new Promise(resolve => session[method]((error: {code: string}) => resolve(error.code)))
				},
			},
		})
		const ada = visitor()
		await ada('/begin')
		store.before = ({method}) => {
			if (method !== 'replace' && method !== 'delete') return
			store.before = () => {}
			throw new Error('down')
		}
		t.is((await ada('/do')).body, 'ERR_SESSION_STORE')
	})
}

test('a logout by passport leaves nothing of the session, as passport expects of regenerate()', async t => {
	const {visitor, stored} = await withPassport(t)
	const ada = visitor()
	await ada('/cart')
	await ada('/login?name=ada')
	await ada('/cart')
	await ada('/logout')
	t.false(Object.hasOwn((await stored(ada.sid)) ?? {}, 'cart'))
})

test('with keepSessionInfo a login by passport keeps the data', async t => {
	const {visitor, stored} = await withPassport(t)
	const ada = visitor()
	await ada('/cart')
	await ada('/login-and-keep?name=ada')
	t.deepEqual((await stored(ada.sid))?.cart, ['book'])
	t.deepEqual((await stored(ada.sid))?.passport, {user: 'ada'})
})
