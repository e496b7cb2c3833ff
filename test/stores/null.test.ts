import test from 'ava'
import {SessionError} from '../../src/errors.js'
import {nullStore} from '../../src/stores/null.js'

test('reads nothing, and a write says which types there are', async t => {
	const store = nullStore({types: ['memory', 'redis']})
	const entry = {payload: Buffer.from('x'), expiresAt: Date.now() + 1000}
	t.is(await store.read('key'), undefined)
	t.is(await store.touch('key', Date.now() + 1000), false)
	t.deepEqual(await store.delete('key'), {outcome: 'gone'})
	for (const write of [store.create('key', entry), store.replace('key', entry)]) {
		const error = await t.throwsAsync(write, {instanceOf: SessionError, code: 'ERR_SESSION_NULL_STORE'})
		t.regex(error?.message ?? '', /SESSION_TYPE.*memory, redis/)
	}
})
