import {inspect} from 'node:util'
import test, {type ExecutionContext} from 'ava'
import type {SessionStore} from '../../src/index.js'
import {memoryStore} from '../../src/stores/memory.js'
import {put, site} from '../support/served-site.js'

/** A memory store whose methods can be replaced while it runs. */
function changeable(t: ExecutionContext): SessionStore {
	const store = memoryStore()
	t.teardown(() => store.close())
	return {...store}
}

test('of an error of a client only its name, its code and its stack are passed on', async t => {
	const store = changeable(t)
	const {visitor, errors} = await site(t, {
		config: {SESSION_STORE: store},
		routes: {'/set': ctx => put(ctx.session, {secret: 'of-the-visitor'}), '/get': ctx => ctx.session.secret},
	})
	const ada = visitor()
	await ada('/set')
	store.read = async key => {
		throw Object.assign(new Error(`WRONGTYPE of ${key}`), {code: 'WRONGTYPE', command: {name: 'get', args: [key]}})
	}
	t.is((await ada('/get')).status, 503)
	const logged = inspect(errors, {depth: 10}) + errors.map(({stack}) => stack).join()
	t.false(logged.includes(ada.sid))
	t.is(errors[0]?.message, 'The session store failed (custom: read): WRONGTYPE.')
})

for (const operation of ['save', 'update', 'reload', 'lock'] as const) {
	test(`a store that hangs in ${operation}() is not asked a second time by the same request`, async t => {
		const store = changeable(t)
		let asked = 0
		const hang = () => {
			asked += 1
			return new Promise<never>(() => {})
		}
		const {visitor, errors} = await site(t, {
			config: {SESSION_STORE: store, SESSION_STORE_TIMEOUT: 0.2},
			routes: {
				'/set': ctx => put(ctx.session, {a: 1}),
				'/hang': async ctx => {
					ctx.session.a = 2
					Object.assign(store, {read: hang, create: hang, replace: hang, delete: hang})
					if (operation === 'update') await ctx.session.update('b', () => 1)
					else await ctx.session[operation]()
				},
			},
		})
		const ada = visitor()
		await ada('/set')
		const answer = await ada('/hang')
		t.deepEqual([answer.status, answer.setCookie, errors.length], [503, [], 1])
		t.is(asked, 1)
	})
}

test('a logout that cannot be done is a 503, also when the handler has thrown a 401', async t => {
	const store = changeable(t)
	const {visitor, errors} = await site(t, {
		config: {SESSION_STORE: store},
		routes: {
			'/set': ctx => put(ctx.session, {a: 1}),
			'/logout': ctx => {
				ctx.session = null as never
				ctx.throw(401)
			},
		},
	})
	const ada = visitor()
	await ada('/set')
	store.delete = async () => {
		throw new Error('connection lost')
	}
	const answer = await ada('/logout')
	t.deepEqual([answer.status, answer.setCookie, errors.length], [503, [], 1])
})

test('a session that was destroyed while it was regenerated stays so when its successor cannot be removed', async t => {
	const store = changeable(t)
	const {visitor} = await site(t, {
		config: {SESSION_STORE: store},
		routes: {
			'/set': ctx => put(ctx.session, {a: 1}),
			'/login': async ctx => {
				await ctx.session.regenerate()
				store.delete = async (_key, revision) => {
					if (revision === undefined) throw new Error('connection lost')
					return {outcome: 'gone'}
				}
			},
		},
	})
	const ada = visitor()
	await ada('/set')
	const answer = await ada('/login')
	t.deepEqual([answer.status, answer.setCookie], [503, []])
})

test('a second instance under the same name opens no store', async t => {
	const {app} = await site(t, {routes: {}})
	const store = changeable(t)
	let opened = 0
	store.open = async () => {
		opened++
	}
	const {serverSession} = await import('../../src/index.js')
	t.throws(() => serverSession(app, {SESSION_TYPE: 'custom', SESSION_STORE: store}), {
		code: 'ERR_SESSION_MOUNTED_TWICE',
	})
	await new Promise(resolve => setImmediate(resolve))
	t.is(opened, 0)
})
