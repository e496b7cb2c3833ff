/** The options of operations are checked like those of the configuration. */
import test from 'ava'
import {put, type RouteHandler, site} from '../support/served-site.js'

const login: Readonly<Record<string, RouteHandler>> = {'/login': ({session}) => put(session, {user: 'ada'})}

for (const [what, run, message] of [
	['lock({waitMS: 1})', s => s.lock({waitMS: 1}), /no option "waitMS", only waitMs, holdMs/],
	['lock({holdMs: -1})', s => s.lock({holdMs: -1}), /holdMs takes milliseconds/],
	['lock({holdMs: 0})', s => s.lock({holdMs: 0}), /holdMs takes milliseconds/],
	["lock({waitMs: '500'})", s => s.lock({waitMs: '500'}), /waitMs takes milliseconds/],
	["lock({waitMs: 'soon'})", s => s.lock({waitMs: 'soon'}), /waitMs takes milliseconds/],
	['lock({waitMs: NaN})', s => s.lock({waitMs: Number.NaN}), /waitMs takes milliseconds/],
	['lock(5)', s => s.lock(5), /it takes an object with waitMs, holdMs/],
	["regenerate({keeps: ['a']})", s => s.regenerate({keeps: ['a']}), /no option "keeps", only keep/],
	["regenerate({keep: 'a'})", s => s.regenerate({keep: 'a'}), /keep takes an array of keys/],
	["update('n', 1)", s => s.update('n', 1), /second argument must be a function/],
	// biome-ignore lint/suspicious/noExplicitAny: what the types refuse is what is tested
] as readonly [string, (session: any) => unknown, RegExp][]) {
	test(`session.${what} is refused, and nothing is done`, async t => {
		const {visitor, errors, store} = await site(t, {routes: {...login, '/do': ({session}) => run(session)}})
		const ada = visitor()
		await ada('/login')
		store.take()
		t.is((await ada('/do')).status, 500)
		t.is(errors[0]?.code, 'ERR_SESSION_INVALID_ARGUMENT')
		t.regex(errors[0]?.message ?? '', message)
		t.deepEqual(store.take(), [`read ${ada.sid}`])
	})
}

test("lock({waitMs: '0.2s'}) gives up after that time", async t => {
	const {visitor, errors, store, now} = await site(t, {
		routes: {...login, '/lock': ({session}) => session.lock({waitMs: '0.2s'})},
	})
	const ada = visitor()
	await ada('/login')
	// another request holds it
	await store.create(`lock:session:${ada.sid}`, {payload: Buffer.from('theirs'), expiresAt: now() + 60_000})
	const began = performance.now()
	t.is((await ada('/lock')).status, 503)
	t.true(performance.now() - began >= 200)
	t.is(errors[0]?.code, 'ERR_SESSION_LOCK_TIMEOUT')
})
