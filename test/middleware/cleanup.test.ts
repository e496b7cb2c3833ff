import test from 'ava'
import {memoryStore} from '../../src/stores/memory.js'
import {put, site} from '../support/served-site.js'

for (const [how, throws] of [
	['answered', false],
	['failed', true],
] as const) {
	test(`with SESSION_CLEANUP_N_REQUESTS 2, every second ${how} request that used a session starts a sweep`, async t => {
		const store = memoryStore()
		t.teardown(() => store.close())
		let sweeps = 0
		const counting = {
			...store,
			async *sweep() {
				sweeps++
				yield 0
			},
		}
		const {request} = await site(t, {
			config: {SESSION_STORE: counting, SESSION_CLEANUP_N_REQUESTS: 2},
			routes: {
				'/use': ctx => {
					put(ctx.session, {a: 1})
					if (throws) ctx.throw(400)
				},
				'/none': () => 'none',
			},
		})
		for (const path of ['/use', '/none', '/use', '/use', '/none', '/use']) await request(path)
		t.is(sweeps, 2)
	})
}
