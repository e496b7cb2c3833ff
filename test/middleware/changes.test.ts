/** What counts as a change, and what a session can hold. */
import test from 'ava'
import {json} from '../../src/serializers/json.js'
import {msgpack} from '../../src/serializers/msgpack.js'
import {gate} from '../support/gate.js'
import {put, type RouteHandler, site} from '../support/served-site.js'

const COLLISION = ['htpqwklvynl', 'pojqhnulnxu'] as const

/** What a handler does to `{name, n: {x: [1, 2], y: {z: 1}}, m, s, d, b, list}`, and whether that is a change. */
const deeds: readonly [what: string, handler: RouteHandler, changes: boolean][] = [
	['assigns the value that is there', ({session}) => put(session, {name: session.name}), false],
	['assigns an equal text', ({session}) => put(session, {name: ['htpq', 'wklvynl'].join('')}), false],
	['assigns an equal object', ({session}) => put(session, {n: {x: [1, 2], y: {z: 1}}}), false],
	['assigns an equal Map', ({session}) => put(session, {m: new Map([['k', [1]]])}), false],
	[
		'assigns and takes it back',
		({session}) => [put(session, {name: 'other'}), put(session, {name: COLLISION[0]})].length,
		false,
	],
	['sets a key and deletes it', ({session}) => [put(session, {fresh: 1}), delete session.fresh].length, false],
	[
		'deletes a key and sets it again',
		({session}) => [delete session.name, put(session, {name: COLLISION[0]})].length,
		false,
	],
	['reads everything', ({session}) => JSON.stringify(session).slice(0, 0) || 'ok', false],
	['iterates over the entries', ({session}) => Object.entries(session).length, false],
	['copies it', ({session}) => Object.keys({...session}).length, false],
	['asks whether a key is there', ({session}) => String('name' in session), false],
	['sorts a copy of a list', ({session}) => String([...session.list].sort()), false],
	['deletes a key that is not there', ({session}) => void delete session.missing, false],
	['changes a list and changes it back', ({session}) => [session.list.push(9), session.list.pop()].length, false],

	['assigns another text with the same CRC32', ({session}) => put(session, {name: COLLISION[1]}), true],
	['assigns null', ({session}) => put(session, {name: null}), true],
	['assigns undefined', ({session}) => put(session, {name: undefined}), true],
	['assigns a number that looks the same', ({session}) => put(session, {one: '1'}), true],
	['assigns false in the place of 0', ({session}) => put(session, {zero: false}), true],
	['assigns -0 in the place of 0', ({session}) => put(session, {zero: -0}), true],
	['assigns an empty object in the place of an empty list', ({session}) => put(session, {empty: {}}), true],
	['deletes a key', ({session}) => void delete session.name, true],
	['adds a key', ({session}) => put(session, {fresh: 1}), true],
	['adds a key that is undefined', ({session}) => put(session, {fresh: undefined}), false],
	['changes an object three levels down', ({session}) => put(session.n.y, {z: 2}), true],
	['pushes to a list inside of an object', ({session}) => void session.n.x.push(3), true],
	['deletes a key inside of an object', ({session}) => void delete session.n.y.z, true],
	['sorts a list in place', ({session}) => void session.list.sort(), true],
	['sets in a Map', ({session}) => void session.m.set('k2', 1), true],
	['changes a value inside of a Map', ({session}) => void session.m.get('k').push(2), true],
	['adds to a Set', ({session}) => void session.s.add(2), true],
	['sets a Date to another time', ({session}) => void session.d.setTime(1), true],
	['fills a Buffer', ({session}) => void session.b.fill(7), true],
	['changes a value that it got by destructuring', ({session: {n}}) => void n.x.push(3), true],
	[
		'changes a value that it got from Object.values',
		({session}) => {
			for (const value of Object.values(session)) if (Array.isArray(value)) value.push('more')
		},
		true,
	],
	['changes a value that it got from a copy', ({session}) => void {...session}.n.x.push(3), true],
	[
		'changes a value after an await',
		async ({session}) => {
			const {n} = session
			await new Promise(setImmediate)
			n.y.z = 3
		},
		true,
	],
	[
		'changes what it has assigned',
		({session}) => {
			const added = {a: 1}
			session.n = added
			added.a = 2
		},
		true,
	],
	['changes a value through session.data', ({session}) => void session.data.n.x.push(3), true],
	['assigns through session.data', ({session}) => put(session.data, {name: 'other'}), true],
	['defines a property', ({session}) => void Object.defineProperty(session, 'name', {value: 'other'}), true],
	['says that it was modified', ({session}) => put(session, {modified: true}), true],
	['makes it end with the browser', ({session}) => put(session, {permanent: false}), true],
	['makes it permanent, which it is', ({session}) => put(session, {permanent: true}), false],
]

const begin: RouteHandler = ({session}) =>
	put(session, {
		name: COLLISION[0],
		one: 1,
		zero: 0,
		empty: [],
		n: {x: [1, 2], y: {z: 1}},
		m: new Map([['k', [1]]]),
		s: new Set([1]),
		d: new Date(0),
		b: Buffer.from([1, 2]),
		list: [3, 1, 2],
	})

for (const [what, handler, changes] of deeds) {
	test(`a handler that ${what} causes ${changes ? 'one write' : 'no write'}`, async t => {
		const {visitor, store, stored} = await site(t, {routes: {'/begin': begin, '/do': handler}})
		const ada = visitor()
		await ada('/begin')
		const before = await stored(ada.sid)
		const answer = await ada('/do')
		t.is(answer.status, 200)
		t.deepEqual(store.take(), changes ? [`read ${ada.sid}`, `replace ${ada.sid}`] : [`read ${ada.sid}`])
		const after = await stored(ada.sid)
		if (what.startsWith('says')) t.deepEqual(after, before)
		else if (changes) t.notDeepEqual(after, before)
		else t.deepEqual(after, before)
	})
}

test('another order of the keys inside of a value costs at most one write', async t => {
	const {visitor, store} = await site(t, {
		routes: {
			'/begin': ({session}) => put(session, {o: {a: 1, b: 2}}),
			'/turn': ({session}) => put(session, {o: {b: 2, a: 1}}),
		},
	})
	const ada = visitor()
	await ada('/begin')
	await ada('/turn')
	store.take()
	await ada('/turn')
	t.deepEqual(store.take(), [`read ${ada.sid}`])
})

test('session.modified tells whether something has changed', async t => {
	const {visitor} = await site(t, {
		routes: {
			'/begin': begin,
			'/modified': ({session}) => {
				const seen = [session.modified]
				put(session, {name: session.name})
				seen.push(session.modified)
				session.n.x.push(3)
				seen.push(session.modified)
				return seen
			},
		},
	})
	const ada = visitor()
	await ada('/begin')
	t.is((await ada('/modified')).body, '[false,false,true]')
})

const reserved = ['sid', 'isNew', 'accessed', 'expiresAt', 'data', 'clear', 'destroy', 'regenerate', 'save', 'reload']

for (const key of [...reserved, 'load', 'update', 'lock', '__proto__']) {
	test(`to set data under the name ${key} throws at once`, async t => {
		const {request, errors, store} = await site(t, {
			routes: {'/set': ({session}) => put(session, JSON.parse(`{"${key}": {"admin": true}}`))},
		})
		t.is((await request('/set')).status, 500)
		t.is(errors[0]?.code, 'ERR_SESSION_RESERVED_KEY')
		t.deepEqual(store.take(), [])
		t.is(({} as {admin?: boolean}).admin, undefined)
	})

	test(`a record with the key ${key} stays intact, and session.data reaches it`, async t => {
		const {request, store} = await site(t, {
			routes: {
				'/look': ({session}) => {
					session.touched = true
					return session.data[key]
				},
			},
		})
		const sid = 'a'.repeat(22)
		const data = JSON.parse(`{"_permanent": true, "${key}": "theirs"}`)
		await store.create(`session:${sid}`, {payload: msgpack.encode(data), expiresAt: Number.MAX_SAFE_INTEGER})
		t.is((await request('/look', {cookie: `session=${sid}`})).body, 'theirs')
		const record = await store.read(`session:${sid}`)
		t.deepEqual(msgpack.decode(record?.payload ?? Buffer.of()), {...data, touched: true})
	})
}

test('ctx.session = {...} with a reserved name throws and changes nothing', async t => {
	const {visitor, stored, errors} = await site(t, {
		routes: {
			'/begin': ({session}) => put(session, {a: 1}),
			'/set': ctx => {
				ctx.session = {b: 1, save: 2}
			},
		},
	})
	const ada = visitor()
	await ada('/begin')
	t.is((await ada('/set')).status, 500)
	t.is(errors[0]?.code, 'ERR_SESSION_RESERVED_KEY')
	t.deepEqual(await stored(ada.sid), {_permanent: true, a: 1})
})

test('the names of Object.prototype are keys like others', async t => {
	const {visitor} = await site(t, {
		routes: {
			'/before': ({session}) => [typeof session.constructor, typeof session.hasOwnProperty, 'toString' in session],
			'/set': ({session}) => put(session, {constructor: 'c', toString: 't', hasOwnProperty: 'h'}),
			'/get': ({session}) => [session.constructor, session.toString, session.hasOwnProperty],
		},
	})
	const ada = visitor()
	t.is(JSON.parse((await ada('/before')).body)[2], false)
	await ada('/set')
	t.is((await ada('/get')).body, '["c","t","h"]')
})

test('a symbol is no key', async t => {
	const {request, errors} = await site(t, {routes: {'/set': ({session}) => put(session, {[Symbol('x')]: 1})}})
	t.is((await request('/set')).status, 500)
	t.true(errors[0] instanceof TypeError)
})

test('an accessor cannot be defined on a session', async t => {
	const {request, errors} = await site(t, {
		routes: {'/set': ({session}) => void Object.defineProperty(session, 'a', {get: () => 1})},
	})
	t.is((await request('/set')).status, 500)
	t.true(errors[0] instanceof TypeError)
})

class Cart {}

for (const [what, value, place] of [
	['a function', () => {}, 'session.user.avatar is a function'],
	['an instance of a class', new Cart(), 'session.user.avatar is an instance of Cart'],
	['a BigInt beyond 64 bits', 2n ** 64n, 'session.user.avatar is an integer beyond 64 bits'],
] as const) {
	test(`${what} in a session is a 500 that names its place, and the record stays as it was`, async t => {
		const {visitor, stored, errors, store} = await site(t, {
			routes: {
				'/begin': ({session}) => put(session, {user: {name: 'ada'}, n: 1}),
				'/set': ({session}) => {
					session.n = 2
					session.user.avatar = value
				},
			},
		})
		const ada = visitor()
		await ada('/begin')
		const before = await stored(ada.sid)
		const answer = await ada('/set')
		t.is(answer.status, 500)
		t.deepEqual(answer.setCookie, [])
		t.false(answer.body.includes('avatar'))
		t.is(errors.length, 1)
		t.is(errors[0]?.code, 'ERR_SESSION_UNSUPPORTED_VALUE')
		t.true(errors[0]?.message.startsWith(place))
		t.false(store.take().some(call => call.startsWith('replace')))
		t.deepEqual(await stored(ada.sid), before)
	})
}

test('a value that cannot be stored in a new session stores nothing and sets no cookie', async t => {
	const {request, store} = await site(t, {routes: {'/set': ({session}) => put(session, {a: () => {}})}})
	const answer = await request('/set')
	t.is(answer.status, 500)
	t.deepEqual([answer.setCookie, store.take()], [[], []])
})

for (const [configured, other, isJson] of [
	['msgpack', json, false],
	['json', msgpack, true],
] as const) {
	test(`with ${configured} configured, a record of the other format is read, and changes its format when it changes`, async t => {
		const {request, store} = await site(t, {
			config: {SESSION_SERIALIZATION_FORMAT: configured},
			routes: {'/read': ({session}) => session.a, '/write': ({session}) => put(session, {b: 2})},
		})
		const sid = 'a'.repeat(22)
		const payload = Buffer.from(other.encode({a: 'one'}))
		await store.create(`session:${sid}`, {payload, expiresAt: Number.MAX_SAFE_INTEGER})
		const held = async () => Buffer.from((await store.read(`session:${sid}`))?.payload ?? [])
		t.is((await request('/read', {cookie: `session=${sid}`})).body, 'one')
		t.deepEqual(await held(), payload)
		await request('/write', {cookie: `session=${sid}`})
		const after = await held()
		t.is(after.toString().startsWith('{'), isJson)
		t.deepEqual((isJson ? json : msgpack).decode(after), {a: 'one', b: 2})
	})
}

test('with JSON configured, a record in MessagePack that holds a Date is readable until its next change', async t => {
	const {request, store, errors} = await site(t, {
		config: {SESSION_SERIALIZATION_FORMAT: 'json'},
		routes: {'/read': ({session}) => session.at.toISOString(), '/write': ({session}) => put(session, {b: 2})},
	})
	const sid = 'a'.repeat(22)
	const payload = Buffer.from(msgpack.encode({at: new Date(0)}))
	await store.create(`session:${sid}`, {payload, expiresAt: Number.MAX_SAFE_INTEGER})
	t.is((await request('/read', {cookie: `session=${sid}`})).body, '1970-01-01T00:00:00.000Z')
	t.is((await request('/write', {cookie: `session=${sid}`})).status, 500)
	t.regex(errors[0]?.message ?? '', /^session\.at is a Date/)
	t.deepEqual(Buffer.from((await store.read(`session:${sid}`))?.payload ?? []), payload)
})

test('a serializer of the application is used for writing, reading and finding changes', async t => {
	const calls: string[] = []
	const {visitor, store} = await site(t, {
		config: {
			SESSION_SERIALIZER: {
				encode: value => {
					calls.push('encode')
					return Buffer.from(`own:${JSON.stringify(value)}`)
				},
				decode: bytes => {
					calls.push('decode')
					return JSON.parse(Buffer.from(bytes).toString().replace(/^own:/, ''))
				},
			},
		},
		routes: {
			'/begin': ({session}) => put(session, {n: {x: 1}}),
			'/change': ({session}) => put(session.n, {x: 2}),
			'/read': ({session}) => session.n,
		},
	})
	const ada = visitor()
	await ada('/begin')
	await ada('/change')
	store.take()
	t.is((await ada('/read')).body, '{"x":2}')
	t.deepEqual(store.take(), [`read ${ada.sid}`])
	t.true(calls.includes('encode') && calls.includes('decode'))
	const record = await store.read(`session:${ada.sid}`)
	t.is(Buffer.from(record?.payload ?? []).toString(), 'own:{"_permanent":true,"n":{"x":2}}')
})

test('a record that cannot be read is a 500, stays as it is, and keeps its cookie', async t => {
	const {request, store, errors} = await site(t, {routes: {'/write': ({session}) => put(session, {a: 1})}})
	const sid = 'a'.repeat(22)
	await store.create(`session:${sid}`, {payload: Buffer.from([0xff]), expiresAt: Number.MAX_SAFE_INTEGER})
	const answer = await request('/write', {cookie: `session=${sid}`})
	t.is(answer.status, 500)
	t.deepEqual(answer.setCookie, [])
	t.deepEqual(
		errors.map(({code}) => code),
		['ERR_SESSION_CORRUPT_RECORD'],
	)
	t.deepEqual(Buffer.from((await store.read(`session:${sid}`))?.payload ?? []), Buffer.from([0xff]))
})

test('with SESSION_ON_CORRUPT discard, it gives a new session under a new id, and is not overwritten', async t => {
	const {visitor, store, stored, eventNames} = await site(t, {
		config: {SESSION_ON_CORRUPT: 'discard'},
		routes: {'/write': ({session}) => put(session, {a: session.isNew})},
	})
	const sid = 'a'.repeat(22)
	await store.create(`session:${sid}`, {payload: Buffer.from([0xff]), expiresAt: Number.MAX_SAFE_INTEGER})
	const ada = visitor(`session=${sid}`)
	t.is((await ada('/write')).status, 200)
	t.not(ada.sid, sid)
	t.deepEqual(await stored(ada.sid), {_permanent: true, a: true})
	t.deepEqual(Buffer.from((await store.read(`session:${sid}`))?.payload ?? []), Buffer.from([0xff]))
	t.deepEqual(eventNames(), ['discarded', 'created'])
})

test('flashed messages are shown once, in their order, and again within the request that shows them', async t => {
	const {visitor, stored} = await site(t, {
		routes: {
			'/flash': ctx => {
				ctx.flash('saved')
				ctx.flash({n: 1}, 'error')
			},
			'/show': ctx => [ctx.flashes({withCategories: true}), ctx.flashes({categoryFilter: ['error']})],
		},
	})
	const ada = visitor()
	await ada('/flash')
	t.deepEqual((await stored(ada.sid))?._flashes, [
		['message', 'saved'],
		['error', {n: 1}],
	])
	t.is((await ada('/show')).body, '[[["message","saved"],["error",{"n":1}]],[{"n":1}]]')
	t.is((await ada('/show')).body, '[[],[]]')
})

test('messages that two requests flash at once are both kept', async t => {
	const started = gate()
	const go = gate()
	const {visitor, stored} = await site(t, {
		routes: {
			'/begin': ({session}) => put(session, {a: 1}),
			'/slow': async ctx => {
				ctx.flash('slow')
				started.open()
				await go.passed
			},
			'/fast': ctx => ctx.flash('fast'),
		},
	})
	const ada = visitor()
	await ada('/begin')
	const slow = visitor(ada.cookie)('/slow')
	await started.passed
	await ada('/fast')
	go.open()
	await slow
	t.deepEqual((await stored(ada.sid))?._flashes, [
		['message', 'fast'],
		['message', 'slow'],
	])
})

for (const operation of ['update', 'lock'] as const) {
	test(`an object that is held across regenerate() and ${operation}() is still watched`, async t => {
		const {visitor, stored} = await site(t, {
			routes: {
				'/set': ctx => put(ctx.session, {cart: {items: [1]}}),
				'/hold': async ctx => {
					const {cart} = ctx.session
					await ctx.session.regenerate()
					if (operation === 'update') await ctx.session.update('n', () => 1)
					else await ctx.session.lock()
					cart.items.push(2)
				},
			},
		})
		const ada = visitor()
		await ada('/set')
		t.is((await ada('/hold')).status, 200)
		t.deepEqual((await stored(ada.sid))?.cart, {items: [1, 2]})
	})
}

test('update() begins with what the request itself has set', async t => {
	const {visitor, stored} = await site(t, {
		routes: {
			'/set': ctx => put(ctx.session, {n: 1}),
			'/update': async ctx => {
				ctx.session.n = 5
				await ctx.session.update('n', (n: number) => n + 1)
			},
		},
	})
	const ada = visitor()
	await ada('/set')
	await ada('/update')
	t.is((await stored(ada.sid))?.n, 6)
})

test('ctx.session = {...ctx.session} keeps the messages, and writes nothing', async t => {
	const {visitor, store, stored} = await site(t, {
		routes: {
			'/flash': ctx => ctx.flash('hello'),
			'/same': ctx => {
				ctx.session = {...ctx.session}
			},
		},
	})
	const ada = visitor()
	await ada('/flash')
	store.take()
	await ada('/same')
	t.deepEqual(store.take(), [`read ${ada.sid}`])
	t.deepEqual((await stored(ada.sid))?._flashes, [['message', 'hello']])
})

for (const value of [5, true, 'text', [1], new Map(), new Date(), () => 1]) {
	test(`ctx.session = ${String(value)} is refused, and loses nothing`, async t => {
		const {visitor, stored} = await site(t, {
			routes: {
				'/set': ctx => put(ctx.session, {a: 1}),
				'/wrong': ctx => {
					ctx.session = value as never
				},
			},
		})
		const ada = visitor()
		await ada('/set')
		t.is((await ada('/wrong')).status, 500)
		t.is((await stored(ada.sid))?.a, 1)
	})
}
