/** From the first write to the last: creating, changing the id, destroying, and requests that overlap. */
import test from 'ava'
import {put, site} from '../support/served-site.js'
import {type Handler, openMemorySite, slowRequest} from '../support/site.js'

const login = {'/login': ({session}: {session: object}) => put(session, {user: 'ada'})}

test('a session that was destroyed meanwhile does not come back with a slow write', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({user: 'ada'})
	const slow = await slowRequest(site, sid, ({session}) => put(session, {a: 1}))
	await site.visit(({session}) => session.destroy(), sid)
	t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
	t.is(await site.stored(sid), undefined)
	t.deepEqual(site.eventNames(), ['created', 'destroyed', 'gone'])
})

test('a session that was destroyed meanwhile does not come back with a slow read', async t => {
	const served = await site(t, {routes: {}})
	const sid = await served.begin({user: 'ada'})
	const slow = await slowRequest(served, sid, ({session}) => t.is(session.user, 'ada'))
	await served.visit(({session}) => session.destroy(), sid)
	served.store.take()
	t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
	t.false(served.store.take().some(call => /^(create|replace|touch)/.test(call)))
	t.is(await served.stored(sid), undefined)
})

test('an id that was regenerated meanwhile does not come back with a slow write', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({user: 'ada'})
	const slow = await slowRequest(site, sid, ({session}) => put(session, {a: 1}))
	const {cookie} = await site.visit(({session}) => session.regenerate(), sid)
	t.deepEqual(await slow.ends(), {status: 200, cookie: undefined})
	t.is(await site.stored(sid), undefined)
	t.is((await site.stored((cookie as {sid: string}).sid))?.user, 'ada')
})

test('two requests that set different keys at once both keep theirs', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({user: 'ada'})
	const slow = await slowRequest(site, sid, undefined, ({session}) => put(session, {a: 1}))
	await site.visit(({session}) => {
		session.b = 2
		delete session.user
	}, sid)
	await slow.ends()
	t.deepEqual(await site.stored(sid), {_permanent: true, a: 1, b: 2})
})

test('regenerate() followed by save() writes the new id once', async t => {
	const {visitor, store} = await site(t, {
		routes: {
			...login,
			'/promote': async ({session}) => {
				await session.regenerate()
				session.admin = true
				await session.save()
			},
		},
	})
	const ada = visitor()
	await ada('/login')
	const old = ada.sid
	store.take()
	await ada('/promote')
	t.deepEqual(store.take(), [`read ${old}`, `create ${ada.sid}`, `delete ${old}`])
})

test('what is changed after save() is written too', async t => {
	const {visitor, stored} = await site(t, {
		routes: {
			'/work': async ({session}) => {
				session.list = [1]
				await session.save()
				session.list.push(2)
				session.late = true
			},
		},
	})
	const ada = visitor()
	await ada('/work')
	t.deepEqual(await stored(ada.sid), {_permanent: true, list: [1, 2], late: true})
})

test('two save() at once write once', async t => {
	const {visitor, store} = await site(t, {
		routes: {
			'/work': async ({session}) => {
				session.a = 1
				await Promise.all([session.save(), session.save()])
			},
		},
	})
	const ada = visitor()
	await ada('/work')
	t.deepEqual(store.take(), [`create ${ada.sid}`])
})

test('a generator that gives an id again does not overwrite the session that has it', async t => {
	const ids = ['a', 'a', 'b'].map(letter => letter.repeat(20))
	const {visitor, stored} = await site(t, {
		config: {SESSION_ID_GENERATOR: () => ids.shift() ?? ''},
		routes: {'/name': ({session, query}) => put(session, {name: query.name})},
	})
	const first = visitor()
	const second = visitor()
	await first('/name?name=first')
	await second('/name?name=second')
	t.is(first.sid, 'a'.repeat(20))
	t.is(second.sid, 'b'.repeat(20))
	t.is((await stored('a'.repeat(20)))?.name, 'first')
})

test('a generator that gives an id again on regenerate() does not overwrite the session that has it', async t => {
	const ids = ['a', 'b', 'b', 'c'].map(letter => letter.repeat(20))
	const {visitor, stored} = await site(t, {
		config: {SESSION_ID_GENERATOR: () => ids.shift() ?? ''},
		routes: {
			'/name': ({session, query}) => put(session, {name: query.name}),
			'/regenerate': ({session}) => session.regenerate(),
		},
	})
	const [ada, bob] = [visitor(), visitor()]
	await ada('/name?name=ada')
	await bob('/name?name=bob')
	await ada('/regenerate')
	t.is(ada.sid, 'c'.repeat(20))
	t.is((await stored('b'.repeat(20)))?.name, 'bob')
})

test('a generator that only repeats itself is an error, and nothing is overwritten', async t => {
	const {visitor, stored, errors} = await site(t, {
		config: {SESSION_ID_GENERATOR: () => 'a'.repeat(20)},
		routes: {'/name': ({session, query}) => put(session, {name: query.name})},
	})
	await visitor()('/name?name=first')
	const answer = await visitor()('/name?name=second')
	t.is(answer.status, 500)
	t.deepEqual(answer.setCookie, [])
	t.deepEqual(
		errors.map(({code}) => code),
		['ERR_SESSION_ID_COLLISION'],
	)
	t.is((await stored('a'.repeat(20)))?.name, 'first')
})

test('login with regenerate() moves the data to a new id, and the old one is unknown', async t => {
	const {visitor, stored, request, eventNames} = await site(t, {
		routes: {
			'/cart': ({session}) => put(session, {cart: ['book']}),
			'/login': async ({session}) => {
				await session.regenerate()
				session.user = 'ada'
			},
			'/user': ({session}) => session.user ?? 'nobody',
		},
	})
	const ada = visitor()
	await ada('/cart')
	const {cookie: before, sid: oldSid} = ada
	await ada('/login')
	t.not(ada.sid, oldSid)
	t.deepEqual(await stored(ada.sid), {_permanent: true, cart: ['book'], user: 'ada'})
	t.is((await request('/user', {cookie: before})).body, 'nobody')
	t.deepEqual(eventNames(), ['created', 'regenerated', 'unknown'])
})

test('regenerate() keeps only the keys that it is told to keep', async t => {
	const {visitor, stored} = await site(t, {
		routes: {
			'/fill': ({session}) => put(session, {cart: 1, csrf: 2}),
			'/login': ({session}) => session.regenerate({keep: ['cart']}),
		},
	})
	const ada = visitor()
	await ada('/fill')
	await ada('/login')
	t.deepEqual(await stored(ada.sid), {_permanent: true, cart: 1})
})

test('regenerate() gives the new id at once, and a promise that needs no waiting', async t => {
	const {visitor} = await site(t, {
		routes: {
			...login,
			'/login-again': ({session}) => {
				const before = session.sid
				const promise = session.regenerate()
				return promise.then(() => String(before !== session.sid))
			},
		},
	})
	const ada = visitor()
	await ada('/login')
	t.is((await ada('/login-again')).body, 'true')
})

test('a regenerate() whose old record cannot be removed leaves one valid session, and is reported', async t => {
	const {visitor, store, stored, errors} = await site(t, {
		routes: {...login, '/regenerate': ({session}) => session.regenerate()},
	})
	const ada = visitor()
	await ada('/login')
	store.before = ({method}) => {
		if (method === 'delete') throw new Error('the store is read-only')
	}
	const answer = await ada('/regenerate')
	t.is(answer.status, 503)
	t.is((await stored(ada.sid))?.user, 'ada')
	t.is(errors.length, 1)
})

test('a regenerate() whose new record cannot be stored leaves the old session as it was', async t => {
	const {visitor, store, stored} = await site(t, {
		routes: {...login, '/regenerate': ({session}) => session.regenerate()},
	})
	const ada = visitor()
	await ada('/login')
	const {sid} = ada
	store.before = ({method}) => {
		if (method === 'create') throw new Error('the store is full')
	}
	const answer = await ada('/regenerate')
	t.is(answer.status, 503)
	t.deepEqual(answer.setCookie, [])
	t.is((await stored(sid))?.user, 'ada')
})

test('when the handler throws after regenerate(), the new id still reaches the client', async t => {
	const {visitor, stored, errors} = await site(t, {
		routes: {
			...login,
			'/regenerate': async ({session}) => {
				await session.regenerate()
				session.half = 'done'
				throw new Error('mail server down')
			},
		},
	})
	const ada = visitor()
	await ada('/login')
	const before = ada.sid
	const answer = await ada('/regenerate')
	t.is(answer.status, 500)
	t.not(ada.sid, before)
	t.deepEqual(await stored(ada.sid), {_permanent: true, user: 'ada'})
	t.deepEqual(
		errors.map(({message}) => message),
		['mail server down'],
	)
})

test('when the handler throws after destroy(), the session is gone and the cookie is cleared', async t => {
	const {visitor, stored} = await site(t, {
		routes: {
			...login,
			'/logout': async ctx => {
				await ctx.session.destroy()
				throw new Error('audit log down')
			},
			'/logout-by-null': ctx => {
				ctx.session = null
				throw new Error('audit log down')
			},
		},
	})
	for (const path of ['/logout', '/logout-by-null']) {
		const ada = visitor()
		await ada('/login')
		const {sid} = ada
		const answer = await ada(path)
		t.is(answer.status, 500)
		t.regex(answer.setCookie[0] ?? '', /^session=; /)
		t.is(await stored(sid), undefined)
	}
})

test('destroy() has deleted the record when it resolves', async t => {
	const {visitor, store} = await site(t, {
		routes: {
			...login,
			'/logout': async ({session}) => {
				await session.destroy()
				return String((await store.keys()).length)
			},
		},
	})
	const ada = visitor()
	await ada('/login')
	t.is((await ada('/logout')).body, '0')
})

test('the deletion cookie has the name and all attributes of the cookie', async t => {
	const {visitor, request} = await site(t, {
		config: {
			SESSION_COOKIE_NAME: 'sid',
			SESSION_COOKIE_DOMAIN: 'example.com',
			SESSION_COOKIE_PATH: '/app',
			SESSION_COOKIE_SECURE: true,
			SESSION_COOKIE_SAMESITE: 'None',
			SESSION_COOKIE_PARTITIONED: true,
		},
		routes: {...login, '/logout': ({session}) => session.destroy()},
	})
	const ada = visitor()
	const set = (await ada('/login')).setCookie[0] ?? ''
	const cleared = (await request('/logout', {cookie: ada.cookie})).setCookie[0] ?? ''
	const attributes = (text: string) =>
		text
			.split('; ')
			.slice(1)
			.filter(part => !/^(Expires|Max-Age)=/.test(part))
	t.deepEqual(attributes(cleared), attributes(set))
	t.deepEqual(attributes(set), [
		'Domain=example.com',
		'Secure',
		'HttpOnly',
		'Path=/app',
		'SameSite=None',
		'Partitioned',
	])
	t.regex(cleared, /^sid=; .*Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0/)
})

test('destroy() of a session that was never stored asks nothing of the store and sends nothing', async t => {
	const {request, store} = await site(t, {
		routes: {
			'/logout': ({session}) => session.destroy(),
			'/logout-by-null': ctx => {
				ctx.session = null
			},
			'/set-and-destroy': async ({session}) => {
				session.a = 1
				await session.destroy()
			},
		},
	})
	for (const path of ['/logout', '/logout-by-null', '/set-and-destroy']) {
		const answer = await request(path)
		t.deepEqual(answer.setCookie, [])
		t.is(answer.headers['cache-control'], undefined)
	}
	t.deepEqual(store.take(), [])
})

for (const [how, destroy] of [
	// biome-ignore lint/suspicious/noExplicitAny: the context of a handler
	['destroy()', (ctx: any) => ctx.session.destroy()],
	[
		'ctx.session = null',
		// biome-ignore lint/suspicious/noExplicitAny: the context of a handler
		(ctx: any) => {
			ctx.session = null
		},
	],
] as const) {
	test(`data that is set after ${how} makes a new session with a new id`, async t => {
		const {visitor, stored} = await site(t, {
			routes: {
				...login,
				'/switch': async ctx => {
					await destroy(ctx)
					ctx.session.user = 'bob'
				},
			},
		})
		const ada = visitor()
		await ada('/login')
		const old = ada.sid
		const answer = await ada('/switch')
		t.is(answer.setCookie.length, 1)
		t.not(ada.sid, old)
		t.is(await stored(old), undefined)
		t.deepEqual(await stored(ada.sid), {_permanent: true, user: 'bob'})
	})

	test(`${how} wins over the refresh of each request`, async t => {
		const {visitor} = await site(t, {routes: {...login, '/logout': ctx => destroy(ctx)}})
		const ada = visitor()
		await ada('/login')
		const answer = await ada('/logout')
		t.is(answer.setCookie.length, 1)
		t.regex(answer.setCookie[0] ?? '', /^session=; /)
	})
}

test('ctx.session = {...} replaces the data and keeps the id', async t => {
	const {visitor, stored} = await site(t, {
		routes: {
			...login,
			'/replace': ctx => {
				ctx.session = {theme: 'dark'}
			},
		},
	})
	const ada = visitor()
	await ada('/login')
	const {sid} = ada
	await ada('/replace')
	t.is(ada.sid, sid)
	t.deepEqual(await stored(sid), {_permanent: true, theme: 'dark'})
})

test('ctx.session = {} deletes the session', async t => {
	const {visitor, stored} = await site(t, {
		routes: {
			...login,
			'/empty': ctx => {
				ctx.session = {}
			},
		},
	})
	const ada = visitor()
	await ada('/login')
	const {sid} = ada
	t.regex((await ada('/empty')).setCookie[0] ?? '', /^session=; /)
	t.is(await stored(sid), undefined)
})

test('ctx.session = ctx.session changes nothing', async t => {
	const {visitor, store} = await site(t, {
		routes: {
			...login,
			'/self': ctx => {
				const {session} = ctx
				ctx.session = session
				return session.user
			},
		},
	})
	const ada = visitor()
	await ada('/login')
	store.take()
	t.is((await ada('/self')).body, 'ada')
	t.deepEqual(store.take(), [`read ${ada.sid}`])
})

test('regenerate() and then destroy() leave neither id', async t => {
	const {visitor, store} = await site(t, {
		routes: {
			...login,
			'/both': async ({session}) => {
				await session.regenerate()
				await session.destroy()
			},
		},
	})
	const ada = visitor()
	await ada('/login')
	t.regex((await ada('/both')).setCookie[0] ?? '', /^session=; /)
	t.deepEqual(await store.keys(), [])
})

test('reload() gives what another request has written, and drops what was changed here', async t => {
	const site = openMemorySite(t)
	const sid = await site.begin({user: 'ada'})
	const reload = async ({session}: Parameters<Handler>[0]) => {
		t.true(await session.reload())
		t.deepEqual([session.a, session.b], [undefined, 2])
	}
	const slow = await slowRequest(site, sid, reload, ({session}) => put(session, {a: 1}))
	await site.visit(({session}) => put(session, {b: 2}), sid)
	t.is((await slow.ends()).status, 200)
	t.deepEqual(await site.stored(sid), {_permanent: true, user: 'ada', b: 2})
})
