/** What reaches the client, and when: success, errors, streams, and answers that Koa does not give. */
import {once} from 'node:events'
import {connect} from 'node:net'
import {Readable} from 'node:stream'
import test from 'ava'
import {gate} from '../support/gate.js'
import {send} from '../support/http.js'
import {put, type RouteHandler, site} from '../support/served-site.js'
import {until} from '../support/until.js'

const routes: Readonly<Record<string, RouteHandler>> = {
	'/login': ({session}) => put(session, {user: 'ada'}),
	'/user': ({session}) => session.user ?? 'nobody',
	'/untouched': () => {},
}

const failWith = (error: unknown) => () => {
	throw error
}

test('a redirect is answered only when the store has the data', async t => {
	const {visitor, store} = await site(t, {
		routes: {
			...routes,
			'/login': ctx => {
				put(ctx.session, {user: 'ada'})
				ctx.redirect('/user')
			},
		},
	})
	let written = false
	store.before = async ({method}) => {
		if (method !== 'create') return
		await new Promise(resolve => setTimeout(resolve, 50))
		written = true
	}
	const ada = visitor()
	t.is((await ada('/login')).status, 302)
	t.true(written)
	t.is((await ada('/user')).body, 'ada')
})

test('a stream is sent only when the store has the data, with the cookie in the headers', async t => {
	const {visitor, store, stored} = await site(t, {
		routes: {
			'/stream': ctx => {
				put(ctx.session, {a: 1})
				return Readable.from(
					(async function* () {
						yield String((await store.keys()).length)
						put(ctx.session, {late: 1})
					})(),
				)
			},
		},
	})
	const ada = visitor()
	t.is((await ada('/stream')).body, '1')
	t.deepEqual(await stored(ada.sid), {_permanent: true, a: 1})
})

test('what is changed during a stream is stored by save()', async t => {
	const {visitor, stored} = await site(t, {
		routes: {
			'/stream': ctx => {
				put(ctx.session, {a: 1})
				return Readable.from(
					(async function* () {
						yield 'x'
						put(ctx.session, {late: 1})
						await ctx.session.save()
					})(),
				)
			},
		},
	})
	const ada = visitor()
	await ada('/stream')
	t.deepEqual(await stored(ada.sid), {_permanent: true, a: 1, late: 1})
})

test('a write that fails is a 503 without a cookie, and reported once', async t => {
	const {request, store, errors} = await site(t, {routes})
	store.before = failWith(Object.assign(new Error('disk full'), {code: 'ENOSPC'}))
	const answer = await request('/login')
	t.is(answer.status, 503)
	t.is(answer.body, 'Service Unavailable')
	t.deepEqual(answer.setCookie, [])
	t.is(errors.length, 1)
	t.is(errors[0]?.code, 'ERR_SESSION_STORE')
	t.is(errors[0]?.message, 'The session store failed (custom: create): ENOSPC.')
	t.like(errors[0]?.cause, {name: 'Error', code: 'ENOSPC'})
})

test('a read that fails is a 503, and changes neither the cookie nor the store', async t => {
	const {visitor, store, errors, stored} = await site(t, {routes})
	const ada = visitor()
	await ada('/login')
	const {cookie} = ada
	store.take()
	store.before = failWith(new Error('connection lost'))
	const answer = await ada('/login')
	t.is(answer.status, 503)
	t.deepEqual(answer.setCookie, [])
	t.deepEqual(store.take(), [`read ${ada.sid}`])
	t.is(errors.length, 1)
	store.before = () => {}
	t.is(ada.cookie, cookie as string)
	t.is((await stored(ada.sid))?.user, 'ada')
})

test('a store that never answers is a 503 within SESSION_STORE_TIMEOUT', async t => {
	const {visitor, store, errors} = await site(t, {config: {SESSION_STORE_TIMEOUT: 0.05}, routes})
	const ada = visitor()
	await ada('/login')
	store.before = () => new Promise(() => {})
	const started = performance.now()
	const answer = await ada('/user')
	t.true(performance.now() - started < 2000)
	t.is(answer.status, 503)
	t.deepEqual(answer.setCookie, [])
	t.deepEqual(
		errors.map(({code}) => code),
		['ERR_SESSION_STORE_TIMEOUT'],
	)
})

test('a store that never answers a write is a 503 without a cookie', async t => {
	const {request, store} = await site(t, {config: {SESSION_STORE_TIMEOUT: 0.05}, routes})
	store.before = () => new Promise(() => {})
	const answer = await request('/login')
	t.deepEqual([answer.status, answer.setCookie], [503, []])
})

test('while the store hangs, requests that need no session are served', async t => {
	const {visitor, request, store} = await site(t, {config: {SESSION_STORE_TIMEOUT: 1}, routes})
	const ada = visitor()
	await ada('/login')
	store.before = () => new Promise(() => {})
	const hanging = ada('/user')
	t.is((await request('/untouched')).status, 200)
	t.is((await request('/user')).body, 'nobody')
	t.is((await hanging).status, 503)
})

test('what a custom store throws synchronously is a 503 too', async t => {
	const {request, store} = await site(t, {routes})
	store.create = failWith(new TypeError('x is not a function'))
	t.is((await request('/login')).status, 503)
})

for (const [what, thrown, status] of [
	['an Error', () => new Error('boom'), 500],
	['an error with a status of 502', () => Object.assign(new Error('boom'), {status: 502}), 502],
	['an error with a status that is no status', () => Object.assign(new Error('boom'), {status: 'no'}), 500],
	['a text', () => 'boom', 500],
	['an error with a status that Koa does not know', () => Object.assign(new Error('boom'), {status: 499}), 500],
	['an error with two statuses', () => Object.assign(new Error('boom'), {status: 503, statusCode: 400}), 503],
	['an object with a status', () => ({status: 404}), 500],
] as const) {
	test(`when the handler throws ${what}, changes are dropped and the cookie is not sent`, async t => {
		const {visitor, stored} = await site(t, {
			routes: {
				...routes,
				'/fail': ({session}) => {
					put(session, {half: 'done'})
					throw thrown()
				},
			},
		})
		const ada = visitor()
		await ada('/login')
		const answer = await ada('/fail')
		t.is(answer.status, status)
		t.deepEqual(answer.setCookie, [])
		t.deepEqual(await stored(ada.sid), {_permanent: true, user: 'ada'})
		const stranger = await visitor()('/fail')
		t.deepEqual(stranger.setCookie, [])
	})
}

const flashAndThrow: RouteHandler = ctx => {
	ctx.flash('wrong password')
	ctx.throw(401)
}

test('when the handler throws below 500, changes are kept and the cookie reaches the client', async t => {
	const {visitor, stored, errors} = await site(t, {routes: {'/login': flashAndThrow}})
	const ada = visitor()
	const answer = await ada('/login')
	t.is(answer.status, 401)
	t.is(answer.headers['cache-control'], 'no-store')
	t.is(answer.headers.vary, 'Cookie')
	t.deepEqual((await stored(ada.sid))?._flashes, [['message', 'wrong password']])
	t.is(errors.length, 1)
})

test('with SESSION_SAVE_ON_ERROR off, they are dropped', async t => {
	const {request, store} = await site(t, {
		config: {SESSION_SAVE_ON_ERROR: false},
		routes: {'/login': flashAndThrow},
	})
	const answer = await request('/login')
	t.deepEqual([answer.status, answer.setCookie, store.take()], [401, [], []])
})

test('the headers of an error stay beside those of the session', async t => {
	const {request} = await site(t, {
		routes: {
			'/fail': ctx => {
				put(ctx.session, {a: 1})
				ctx.throw(429, {
					headers: {'Set-Cookie': 'theirs=1', Vary: 'Accept', 'Cache-Control': 'private', 'Retry-After': '9'},
				})
			},
		},
	})
	const {headers, setCookie} = await request('/fail')
	t.is(setCookie[0], 'theirs=1')
	t.regex(setCookie[1] ?? '', /^session=/)
	t.deepEqual([headers.vary, headers['cache-control'], headers['retry-after']], ['Accept, Cookie', 'private', '9'])
})

test('an error after the session was read varies by the cookie', async t => {
	const {request} = await site(t, {
		routes: {
			'/private': ctx => {
				if (ctx.session.user === undefined) ctx.throw(404)
			},
			'/public': ctx => ctx.throw(404),
		},
	})
	t.is((await request('/private')).headers.vary, 'Cookie')
	t.is((await request('/public')).headers.vary, undefined)
})

test('a middleware above that answers an error in its own way sends the cookie too', async t => {
	const {visitor, stored} = await site(t, {
		prepare: app =>
			app.use(async (ctx, next) => {
				try {
					await next()
				} catch {
					ctx.status = 400
					ctx.body = 'in other words'
				}
			}),
		routes: {'/login': flashAndThrow},
	})
	const ada = visitor()
	const answer = await ada('/login')
	t.deepEqual([answer.status, answer.body, answer.setCookie.length], [400, 'in other words', 1])
	t.truthy((await stored(ada.sid))?._flashes)
})

test('when what an error below 500 is to keep cannot be stored, the answer is a 503, reported once', async t => {
	const {request, store, errors} = await site(t, {routes: {'/login': flashAndThrow}})
	store.before = failWith(new Error('disk full'))
	const answer = await request('/login')
	t.deepEqual([answer.status, answer.setCookie], [503, []])
	t.deepEqual(
		errors.map(({code, status}) => code ?? status),
		['ERR_SESSION_STORE'],
	)
})

test('an error that the handler catches changes nothing', async t => {
	const {visitor, stored} = await site(t, {
		routes: {
			'/try': async ({session}) => {
				put(session, {a: 1})
				await Promise.reject(new Error('x')).catch(() => {})
			},
		},
	})
	const ada = visitor()
	t.is((await ada('/try')).status, 200)
	t.is((await stored(ada.sid))?.a, 1)
})

for (const [method, status] of [
	['HEAD', 200],
	['OPTIONS', 200],
	['POST', 200],
	['DELETE', 200],
] as const) {
	test(`${method} follows the rules of GET`, async t => {
		const {visitor, stored} = await site(t, {routes})
		const ada = visitor()
		const answer = await ada('/login', {method})
		t.is(answer.status, status)
		t.is(answer.body, method === 'HEAD' ? '' : 'ok')
		t.is((await stored(ada.sid))?.user, 'ada')
	})
}

test('a 404 that no handler answers refreshes the session like any other answer', async t => {
	const {visitor, advance} = await site(t, {routes})
	const ada = visitor()
	await ada('/login')
	advance(4 * 24 * 3_600_000)
	const answer = await ada('/nothing-here')
	t.deepEqual([answer.status, answer.setCookie.length], [404, 1])
})

test('Vary is added to what the application has put there', async t => {
	const {request} = await site(t, {
		routes: {
			'/list': ctx => {
				ctx.res.setHeader('Vary', ['Accept', 'Origin'])
				return String(ctx.session.user)
			},
			'/star': ctx => {
				ctx.set('Vary', '*')
				return String(ctx.session.user)
			},
			'/other': ctx => {
				ctx.set('Vary', 'X-Cookie')
				return String(ctx.session.user)
			},
		},
	})
	t.is((await request('/list')).headers.vary, 'Accept, Origin, Cookie')
	t.is((await request('/star')).headers.vary, '*')
	t.is((await request('/other')).headers.vary, 'X-Cookie, Cookie')
})

test('cookies that the application sets stay beside that of the session', async t => {
	const {request} = await site(t, {
		routes: {
			'/set': ctx => {
				ctx.cookies.set('theme', 'dark')
				put(ctx.session, {a: 1})
			},
		},
	})
	const names = (await request('/set')).setCookie.map(text => text.split('=')[0])
	t.deepEqual(names, ['theme', 'session'])
})

/** The warnings of this process while `run` runs; they are given in the next tick. */
async function warningsDuring(run: () => Promise<unknown>): Promise<string[]> {
	const codes: string[] = []
	const listener = (warning: Error & {code?: string}) => codes.push(warning.code ?? warning.name)
	process.on('warning', listener)
	await run()
	await new Promise(setImmediate)
	process.off('warning', listener)
	return codes
}

for (const [how, handler] of [
	[
		'ctx.respond = false',
		ctx => {
			ctx.respond = false
			ctx.res.end('by hand')
			put(ctx.session, {a: 1})
		},
	],
	[
		'headers already sent',
		ctx => {
			ctx.status = 200
			ctx.res.flushHeaders()
			put(ctx.session, {a: 1})
			ctx.res.end('by hand')
		},
	],
] as const satisfies readonly (readonly [string, RouteHandler])[]) {
	test.serial(`with ${how} data is stored, the cookie is skipped, and that is said once`, async t => {
		const {request, store} = await site(t, {routes: {'/by-hand': handler}})
		const warnings = await warningsDuring(async () => {
			for (let number = 0; number < 3; number++) {
				const answer = await request('/by-hand')
				t.deepEqual([answer.body, answer.setCookie], ['by hand', []])
			}
			// the answer does not wait for the session here, so neither the record nor the warning comes with it
			await until(async () => (await store.keys()).length === 3, 'the sessions were not stored')
		})
		t.deepEqual(
			warnings.filter(code => code.startsWith('KSS_')),
			['KSS_COOKIE_NOT_SENT'],
		)
	})
}

test.serial('with ctx.respond = false a session that is only read says nothing', async t => {
	const {visitor} = await site(t, {
		routes: {
			...routes,
			'/by-hand': ctx => {
				ctx.respond = false
				ctx.res.end(ctx.session.user)
			},
		},
	})
	const ada = visitor()
	await ada('/login')
	const warnings = await warningsDuring(async () => t.is((await ada('/by-hand')).body, 'ada'))
	t.deepEqual(
		warnings.filter(code => code.startsWith('KSS_')),
		[],
	)
})

test('a client that goes away leaves nothing undone and no rejection behind', async t => {
	const started = gate()
	const go = gate()
	const {request, store, errors} = await site(t, {
		routes: {
			'/slow': async ({session}) => {
				started.open()
				await go.passed
				put(session, {a: 1})
			},
		},
	})
	const rejections: unknown[] = []
	const listener = (reason: unknown) => rejections.push(reason)
	process.on('unhandledRejection', listener)
	t.teardown(() => process.off('unhandledRejection', listener))
	const socket = connect(request.port, '127.0.0.1')
	socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n')
	await started.passed
	socket.destroy()
	await once(socket, 'close')
	go.open()
	await until(async () => (await store.keys()).length === 1, 'the session was not stored')
	await new Promise(setImmediate)
	t.deepEqual([rejections, errors], [[], []])
})

test('ctx.session outside of the middleware is a typed error', async t => {
	const {request, errors} = await site(t, {
		routes: {},
		prepare: app => app.use(ctx => String(ctx.session.sid)),
	})
	t.is((await request('/')).status, 500)
	t.is(errors[0]?.code, 'ERR_SESSION_NOT_MOUNTED')
})

test('a request over a kept connection is like any other', async t => {
	const {request, visitor} = await site(t, {routes})
	const ada = visitor()
	await ada('/login')
	const answers = await Promise.all([1, 2, 3].map(() => send(request.port, '/user', {cookie: ada.cookie})))
	t.deepEqual(
		answers.map(({body}) => body),
		['ada', 'ada', 'ada'],
	)
})
