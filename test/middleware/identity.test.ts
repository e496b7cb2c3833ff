/** Which id a request has: what a client sends is checked by its form, and never taken over. */
import test from 'ava'
import {createIdentify, createSidGenerator} from '../../src/middleware/identity.js'
import {createSigner} from '../../src/middleware/signer.js'
import {vectors} from '../serializers/support/vectors.js'
import {put, type RouteHandler, site} from '../support/served-site.js'

const routes: Readonly<Record<string, RouteHandler>> = {
	'/login': ({session}) => put(session, {user: 'ada'}),
	'/user': ({session}) => session.user ?? 'nobody',
	'/logout': ({session}) => session.destroy(),
}

test('an id that the store does not know is not taken over', async t => {
	const {visitor, stored, store, eventNames} = await site(t, {routes})
	const mallory = visitor(`session=${'m'.repeat(43)}`)
	await mallory('/login')
	t.not(mallory.sid, 'm'.repeat(43))
	t.is(await stored('m'.repeat(43)), undefined)
	t.deepEqual(await store.keys(), [`session:${mallory.sid}`])
	t.deepEqual(eventNames(), ['unknown', 'created'])
})

test('the id of an expired record is not taken over', async t => {
	const {visitor, stored, advance} = await site(t, {config: {PERMANENT_SESSION_LIFETIME: 60}, routes})
	const ada = visitor()
	await ada('/login')
	const old = ada.sid
	advance(60_000)
	t.is((await ada('/user')).body, 'nobody')
	await ada('/login')
	t.not(ada.sid, old)
	t.is(await stored(old), undefined)
})

test('the cookie of a session that was destroyed is of no use', async t => {
	const {visitor, request} = await site(t, {routes})
	const ada = visitor()
	await ada('/login')
	const {cookie} = ada
	await ada('/logout')
	t.is((await request('/user', {cookie})).body, 'nobody')
	const again = await request('/login', {cookie})
	t.deepEqual(again.setCookie, [])
})

const malformed: Readonly<Record<string, string>> = {
	'of 15 characters': 'x'.repeat(15),
	'of 257 characters': 'x'.repeat(257),
	'of 10 KB': 'x'.repeat(10_000),
	'with a path': '../../../../etc/passwd',
	'with a NUL': '"aaaaaaaaaaaaaaaa\\000aaaa"',
	'with a line break': '"aaaaaaaaaaaaaaaa\\015\\012flush_all"',
	'with a glob': 'aaaaaaaaaaaaaaaaaaaa*',
	'with letters beyond ASCII': 'ääääääääääääääääääää',
	'with the marks of SQL': "aaaaaaaaaaaaaaaa'--",
	'with a percent sign': 'aaaaaaaaaaaaaaaa%00',
	'with a space': 'aaaaaaaaaaaaaaaa aaaa',
	'with a quote inside': 'aaaaaaaaaaaaaaaa"aaaa',
	'with a colon': 'aaaaaaaaaaaaaaaa:aaaa',
	'with a dot': 'aaaaaaaaaaaaaaaa.aaaa',
	'that is __proto__ and more': '__proto__.constructor',
	'that begins with j:': 'j:{"$gt":""}aaaaaaaaaa',
}

for (const [what, value] of Object.entries(malformed)) {
	test(`an id ${what} never reaches the store, and is no error`, async t => {
		const {request, store, eventNames, errors} = await site(t, {routes})
		const answer = await request('/user', {cookie: `session=${value}`})
		t.is(answer.status, 200)
		t.is(answer.body, 'nobody')
		t.deepEqual(answer.setCookie, [])
		t.deepEqual(store.take(), [])
		t.deepEqual(eventNames(), ['rejected'])
		t.deepEqual(errors, [])
	})
}

test('an empty cookie is no cookie, and is not rejected', async t => {
	const {request, store, events} = await site(t, {routes})
	t.is((await request('/user', {cookie: 'session='})).body, 'nobody')
	t.deepEqual([store.take(), events], [[], []])
})

test('a malformed id and a login give a new session', async t => {
	const {visitor} = await site(t, {routes})
	const ada = visitor('session=short')
	await ada('/login')
	t.regex(ada.sid, /^[\w-]{43}$/)
})

test('with the signer an id without its signature never reaches the store', async t => {
	const {visitor, request, store, events} = await site(t, {
		config: {SESSION_USE_SIGNER: true, SECRET_KEY: 'dev'},
		routes,
	})
	const ada = visitor()
	await ada('/login')
	store.take()
	const signed = ada.cookie ?? ''
	for (const cookie of [`session=${ada.sid}`, signed.slice(0, -1), `${signed}A`, signed.replace(/.$/, '!')]) {
		t.is((await request('/user', {cookie})).body, 'nobody')
	}
	t.deepEqual(store.take(), [])
	t.is(events.filter(({name}) => name === 'rejected').length, 4)
	t.is((await ada('/user')).body, 'ada')
})

test('a cookie signed with a fallback key is signed anew', async t => {
	const {visitor} = await site(t, {
		config: {SESSION_USE_SIGNER: true, SECRET_KEY: 'new', SECRET_KEY_FALLBACKS: ['old']},
		routes,
	})
	const ada = visitor()
	await ada('/login')
	const {sid, cookie} = ada
	ada.cookie = `session=${createSigner(['old']).sign(sid)}`
	t.is((await ada('/user')).body, 'ada')
	t.is(ada.cookie as string | undefined, cookie)
})

test('a cookie that is signed anew has an expiry also where the store does not tell it', async t => {
	const {visitor, store} = await site(t, {
		config: {
			SESSION_USE_SIGNER: true,
			SECRET_KEY: 'new',
			SECRET_KEY_FALLBACKS: ['old'],
			SESSION_REFRESH_EACH_REQUEST: false,
		},
		routes,
	})
	const ada = visitor()
	const [first] = (await ada('/login')).setCookie
	const {read} = store
	store.read = async (key, extend) => {
		const record = await read(key, extend)
		return record && {payload: record.payload, revision: record.revision, extended: record.extended}
	}
	ada.cookie = `session=${createSigner(['old']).sign(ada.sid)}`
	t.deepEqual((await ada('/user')).setCookie, first === undefined ? [] : [first])
	t.deepEqual((await ada('/user')).setCookie, [])
})

test('app.keys sign where there is no SECRET_KEY: the first signs, all verify', async t => {
	const {visitor} = await site(t, {
		config: {SESSION_USE_SIGNER: true},
		prepare: app => {
			app.keys = ['new', 'old']
		},
		routes,
	})
	const ada = visitor()
	await ada('/login')
	t.is(ada.cookie, `session=${createSigner(['new']).sign(ada.sid)}`)
	ada.cookie = `session=${createSigner(['old']).sign(ada.sid)}`
	t.is((await ada('/user')).body, 'ada')
})

test('100,000 ids are different, of one length and of the safe alphabet', t => {
	const newSid = createSidGenerator(32, undefined)
	const ids = new Set(Array.from({length: 100_000}, newSid))
	t.is(ids.size, 100_000)
	for (const id of ids) if (!/^[A-Za-z0-9_-]{43}$/.test(id)) t.fail(id)
})

for (const {SESSION_ID_LENGTH: length, regex} of vectors.sid.lengths) {
	test(`ids of ${length} bytes have the form of Flask-Session's`, t => {
		t.regex(createSidGenerator(length, undefined)(), new RegExp(regex))
	})
}

test('the id in a query, a body or another header is ignored', async t => {
	const {visitor, request, store} = await site(t, {routes})
	const ada = visitor()
	await ada('/login')
	store.take()
	const headers = {authorization: `Bearer ${ada.sid}`, 'x-session': ada.sid}
	t.is((await request(`/user?session=${ada.sid}`, {method: 'POST', headers})).body, 'nobody')
	t.deepEqual(store.take(), [])
})

const SID = 'abcdefghijklmnop'
const OTHER = 'ponmlkjihgfedcba'

for (const [what, header, expected] of [
	['both of two valid ones', `session=${SID}; session=${OTHER}`, `${SID} ${OTHER}`],
	['one of two equal ones', `session=${SID}; session=${SID}`, SID],
	[
		'no more than four valid ones',
		[1, 2, 3, 4, 5].map(n => `session=${SID}${n}`).join('; '),
		[1, 2, 3, 4].map(n => `${SID}${n}`).join(' '),
	],
	['the valid one after an invalid one', `session=x; session=${SID}`, SID],
	['the valid one after an empty one', `session=; session=${SID}`, SID],
	['one among other cookies', `a=1; session=${SID}; b=2`, SID],
	['one without spaces around', `a=1;session=${SID};b=2`, SID],
	['one with spaces around', `  session  =  ${SID}  ;b=2`, SID],
	['one in quotes', `session="${SID}"`, SID],
	['one with an octal escape', `session="\\141${SID.slice(1)}"`, SID],
	['one after a word without a value', `flag; session=${SID}`, SID],
	['none under a longer name', `xsession=${SID}; session2=${SID}`, undefined],
	['none under another letter case', `Session=${SID}`, undefined],
	['none inside of another value', `a=session=${SID}`, undefined],
	['none where the value has a sign of equality', `session=a=${SID}`, 'rejected'],
	['none in a header of separators', ';;;=;==;', undefined],
	['none in half a pair of quotes', `session="${SID}`, 'rejected'],
] as const) {
	test(`of the cookies, takes ${what}`, t => {
		const sent = createIdentify('session', undefined)(header)
		t.is(typeof sent === 'object' ? sent.map(({sid}) => sid).join(' ') : sent, expected)
	})
}

test('a header of 100,000 cookies is read in a moment', t => {
	const identify = createIdentify('session', undefined)
	const started = performance.now()
	identify('session="\\'.repeat(50_000))
	identify('session=x;'.repeat(100_000))
	t.true(performance.now() - started < 2000)
})

test('events name a session by a hash of its id, and never by the id', async t => {
	const {visitor, events} = await site(t, {routes})
	const ada = visitor()
	await ada('/login')
	const {sid} = ada
	await ada('/logout')
	t.is(events.length, 2)
	t.is(new Set(events.map(({detail}) => detail.session)).size, 1)
	for (const {detail} of events) {
		t.false(JSON.stringify(detail).includes(sid))
		t.true(detail.reason.length > 0)
	}
})

test('a listener that throws is reported and does not break the request', async t => {
	const {visitor, errors} = await site(t, {
		routes,
		prepare: app =>
			app.on('session:created', () => {
				throw new Error('the listener is at fault')
			}),
	})
	const ada = visitor()
	t.is((await ada('/login')).status, 200)
	t.truthy(ada.cookie)
	t.deepEqual(
		errors.map(({message}) => message),
		['the listener is at fault'],
	)
})
