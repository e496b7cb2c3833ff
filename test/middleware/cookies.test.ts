/** The attributes of the cookie, and when it is secure. */
import test from 'ava'
import Koa from 'koa'
import {type SessionConfig, SessionError, serverSession} from '../../src/index.js'
import {put, type RouteHandler, site} from '../support/served-site.js'

const routes: Readonly<Record<string, RouteHandler>> = {
	'/login': ({session}) => put(session, {user: 'ada'}),
	'/user': ({session}) => session.user ?? 'nobody',
	'/logout': ({session}) => session.destroy(),
}

for (const {proxy, proto, secure} of [
	{proxy: true, proto: 'https', secure: true},
	{proxy: true, proto: 'http', secure: false},
	{proxy: true, proto: 'https, http', secure: true},
	{proxy: true, proto: 'http, https', secure: false},
	{proxy: true, proto: undefined, secure: false},
	{proxy: false, proto: 'https', secure: false},
]) {
	test(`SECURE auto with app.proxy ${proxy} and X-Forwarded-Proto ${proto}: ${secure ? '' : 'not '}secure`, async t => {
		const {request} = await site(t, {
			config: {SESSION_COOKIE_SECURE: 'auto'},
			prepare: app => {
				app.proxy = proxy
			},
			routes,
		})
		const {setCookie} = await request('/login', {headers: proto === undefined ? {} : {'x-forwarded-proto': proto}})
		t.is(/; Secure(;|$)/.test(setCookie[0] ?? ''), secure)
	})
}

test('SECURE auto with SameSite None and Partitioned falls back to Lax without Partitioned on http', async t => {
	const {request} = await site(t, {
		config: {SESSION_COOKIE_SECURE: 'auto', SESSION_COOKIE_SAMESITE: 'None', SESSION_COOKIE_PARTITIONED: true},
		prepare: app => {
			app.proxy = true
		},
		routes,
	})
	const attributes = async (proto: string) => {
		const {setCookie} = await request('/login', {headers: {'x-forwarded-proto': proto}})
		return setCookie[0]?.split('; ').slice(2)
	}
	t.deepEqual(await attributes('https'), ['Secure', 'HttpOnly', 'Path=/', 'SameSite=None', 'Partitioned'])
	t.deepEqual(await attributes('http'), ['HttpOnly', 'Path=/', 'SameSite=Lax'])
})

const refused: readonly [what: string, config: SessionConfig, key: string][] = [
	['__Host- without Secure', {SESSION_COOKIE_NAME: '__Host-s'}, 'SESSION_COOKIE_NAME'],
	[
		'__Host- with a domain',
		{SESSION_COOKIE_NAME: '__Host-s', SESSION_COOKIE_SECURE: true, SESSION_COOKIE_DOMAIN: 'example.com'},
		'SESSION_COOKIE_NAME',
	],
	[
		'__Host- with another path',
		{SESSION_COOKIE_NAME: '__Host-s', SESSION_COOKIE_SECURE: true, SESSION_COOKIE_PATH: '/app'},
		'SESSION_COOKIE_NAME',
	],
	[
		'__Host- that may be insecure',
		{SESSION_COOKIE_NAME: '__Host-s', SESSION_COOKIE_SECURE: 'auto'},
		'SESSION_COOKIE_NAME',
	],
	['__Secure- without Secure', {SESSION_COOKIE_NAME: '__Secure-s'}, 'SESSION_COOKIE_NAME'],
	['SameSite None without Secure', {SESSION_COOKIE_SAMESITE: 'None'}, 'SESSION_COOKIE_SAMESITE'],
	['Partitioned without Secure', {SESSION_COOKIE_PARTITIONED: true}, 'SESSION_COOKIE_PARTITIONED'],
	['a name with a semicolon', {SESSION_COOKIE_NAME: 'a;b'}, 'SESSION_COOKIE_NAME'],
	['a name with a space', {SESSION_COOKIE_NAME: 'a b'}, 'SESSION_COOKIE_NAME'],
	['an empty name', {SESSION_COOKIE_NAME: ''}, 'SESSION_COOKIE_NAME'],
	['a domain with a semicolon', {SESSION_COOKIE_DOMAIN: 'example.com; Path=/'}, 'SESSION_COOKIE_DOMAIN'],
	['a domain with a line break', {SESSION_COOKIE_DOMAIN: 'example.com\r\nX: y'}, 'SESSION_COOKIE_DOMAIN'],
	['a path without a slash', {SESSION_COOKIE_PATH: 'app'}, 'SESSION_COOKIE_PATH'],
]

for (const [what, config, key] of refused) {
	test(`${what} is refused at start`, t => {
		const error = t.throws(() => serverSession(new Koa(), {SESSION_TYPE: 'memory', ...config}), {
			instanceOf: SessionError,
			code: 'ERR_SESSION_CONFIG',
		})
		t.deepEqual(
			error?.problems.map(problem => problem.key),
			[key],
		)
	})
}

test('a path with a line break or a semicolon cannot add to the header', async t => {
	for (const path of ['/a;b', '/a\r\nX: y', '/a"b']) {
		const {request} = await site(t, {config: {SESSION_COOKIE_PATH: path}, routes}).catch(() => ({request: undefined}))
		if (request === undefined) continue
		const {setCookie, headers} = await request('/login')
		t.regex(setCookie[0] ?? '', /; Path=\/a%[0-9A-F]{2}[\w%.:]*$/)
		t.is(headers.x, undefined)
	}
	t.pass()
})

test('SESSION_COOKIE_NAME holds for reading, writing and clearing', async t => {
	const {visitor, request} = await site(t, {config: {SESSION_COOKIE_NAME: 'sid'}, routes})
	const ada = visitor()
	await ada('/login')
	t.regex(ada.cookie ?? '', /^sid=/)
	t.is((await ada('/user')).body, 'ada')
	t.is((await request('/user', {cookie: ada.cookie?.replace('sid=', 'session=')})).body, 'nobody')
	t.regex((await ada('/logout')).setCookie[0] ?? '', /^sid=; /)
})

test('SESSION_COOKIE_HTTPONLY off leaves HttpOnly out, also of the deletion', async t => {
	const {visitor} = await site(t, {config: {SESSION_COOKIE_HTTPONLY: false}, routes})
	const ada = visitor()
	t.notRegex((await ada('/login')).setCookie[0] ?? '', /HttpOnly/)
	t.notRegex((await ada('/logout')).setCookie[0] ?? '', /HttpOnly/)
})

test('the largest session cookie stays under 4096 bytes', async t => {
	const {request} = await site(t, {
		config: {
			SESSION_COOKIE_NAME: 'n'.repeat(255),
			SESSION_ID_LENGTH: 192,
			SESSION_USE_SIGNER: true,
			SECRET_KEY: 'dev',
		},
		routes,
	})
	const pair = (await request('/login')).setCookie[0]?.split(';')[0] ?? ''
	t.true(pair.length > 500 && pair.length < 4096)
	t.is((await request('/user', {cookie: pair})).body, 'ada')
})

test('an unchanged session without an extension sends no cookie', async t => {
	const {visitor} = await site(t, {config: {SESSION_REFRESH_EACH_REQUEST: false}, routes})
	const ada = visitor()
	await ada('/login')
	t.deepEqual((await ada('/user')).setCookie, [])
})
