/** Which response may be cached, and by whom. */
import test from 'ava'
import {keptFromSharedCaches} from '../../src/middleware/transport.js'
import {put, type RouteHandler, site} from '../support/served-site.js'

const routes: Readonly<Record<string, RouteHandler>> = {
	'/login': ({session}) => put(session, {user: 'ada'}),
	'/user': ({session}) => session.user ?? 'nobody',
	'/untouched': () => {},
	'/public-login': ctx => {
		ctx.set('Cache-Control', 'public, max-age=60, s-maxage=600')
		ctx.set('CDN-Cache-Control', 'max-age=600')
		ctx.set('Surrogate-Control', 'max-age=600')
		put(ctx.session, {user: 'ada'})
	},
	'/public-error': ctx => {
		put(ctx.session, {user: 'ada'})
		ctx.throw(404, {headers: {'Cache-Control': 'public, max-age=60'}})
	},
}

test('a page whose handler never looks at the session says nothing of cookies and caches', async t => {
	const {visitor} = await site(t, {routes})
	const ada = visitor()
	await ada('/login')
	const {headers} = await ada('/untouched')
	t.deepEqual([headers['set-cookie'], headers['cache-control'], headers.vary], [undefined, undefined, undefined])
})

test('a page whose handler reads the session varies by the cookie, and may be cached', async t => {
	const {visitor} = await site(t, {routes})
	const ada = visitor()
	await ada('/login')
	const {headers} = await ada('/user')
	t.deepEqual([headers['set-cookie'], headers['cache-control'], headers.vary], [undefined, undefined, 'Cookie'])
})

test('a response that sets the cookie is kept from all caches, or from the shared ones where the application says more', async t => {
	const {visitor} = await site(t, {routes})
	const {headers} = await visitor()('/login')
	t.deepEqual([headers['cache-control'], headers.vary], ['no-store', 'Cookie'])
	const open = (await visitor()('/public-login')).headers
	t.is(open['cache-control'], 'private, max-age=60')
	t.deepEqual([open['cdn-cache-control'], open['surrogate-control']], ['no-store', 'no-store'])
	const error = await visitor()('/public-error')
	t.deepEqual([error.status, error.setCookie.length, error.headers['cache-control']], [404, 1, 'private, max-age=60'])
})

for (const [given, kept] of [
	[undefined, 'no-store'],
	['', 'no-store'],
	['public', 'private'],
	['no-store', 'no-store'],
	['private, max-age=60', 'private, max-age=60'],
	['PUBLIC,max-age=60,S-MaxAge=5', 'private, max-age=60'],
	['no-cache', 'private, no-cache'],
	['private="set-cookie, public", public', 'private, private="set-cookie, public"'],
] as const) {
	test(`Cache-Control ${given} becomes ${kept} where a session cookie is set`, t => {
		t.is(keptFromSharedCaches(given), kept)
	})
}
