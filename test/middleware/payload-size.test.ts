import test from 'ava'
import {put, site} from '../support/served-site.js'

for (const [config, most] of [
	[{}, 1_000_000],
	[{SESSION_MAX_PAYLOAD_BYTES: 2000}, 2000],
] as const) {
	test(`a session of more than ${most} bytes is refused, and the record stays as it was`, async t => {
		const {visitor, errors, stored} = await site(t, {
			config,
			routes: {
				'/fits': ({session}) => put(session, {cart: 'x'.repeat(most - 100)}),
				'/grows': ({session}) => put(session, {more: 'x'.repeat(100)}),
			},
		})
		const ada = visitor()
		t.is((await ada('/fits')).status, 200)
		const answer = await ada('/grows')
		t.deepEqual([answer.status, answer.setCookie], [500, []])
		t.is(errors[0]?.code, 'ERR_SESSION_PAYLOAD_TOO_LARGE')
		t.regex(errors[0]?.message ?? '', new RegExp(`SESSION_MAX_PAYLOAD_BYTES is ${most}`))
		t.deepEqual(Object.keys((await stored(ada.sid)) ?? {}), ['_permanent', 'cart'])
	})
}
