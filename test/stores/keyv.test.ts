import test from 'ava'
import {Keyv} from 'keyv'
import {keyvStore} from '../../src/stores/keyv.js'
import {entry, manualContext} from '../support/clock.js'

/** A backend that fails on demand, in one of the ways that the adapters of Keyv do. */
function failing(how: 'throws' | 'emits and finds nothing' | 'says false') {
	const map = new Map<string, unknown>()
	const listeners: ((error: Error) => void)[] = []
	const state = {down: false}
	const fail = (result: unknown) => {
		if (how === 'throws') throw new Error('the backend is down')
		if (how === 'emits and finds nothing') for (const listener of listeners) listener(new Error('the backend is down'))
		return result
	}
	const backend = {
		on: (_event: string, listener: (error: Error) => void) => listeners.push(listener),
		get: async (key: string) => (state.down && how !== 'says false' ? fail(undefined) : map.get(key)),
		set: async (key: string, value: unknown) => (state.down ? fail(false) : map.set(key, value)),
		delete: async (key: string) => (state.down ? fail(false) : map.delete(key)),
		clear: async () => map.clear(),
	}
	return {keyv: new Keyv({store: backend, ...(how === 'throws' && {emitErrors: false})}), state}
}

for (const how of ['throws', 'emits and finds nothing'] as const) {
	test(`a backend that ${how} is an error, not a miss`, async t => {
		const {keyv, state} = failing(how)
		const store = keyvStore(keyv)
		await store.create('there', entry('data'))
		state.down = true
		await t.throwsAsync(store.read('there'), {message: /down/})
		await t.throwsAsync(store.create('other', entry('x')), {message: /down/})
		await t.throwsAsync(store.replace('there', entry('x')), {message: /down/})
		await t.throwsAsync(store.touch('there', Date.now() + 90_000), {message: /down/})
		await t.throwsAsync(store.delete('there'), {message: /down/})
		state.down = false
		t.truthy(await store.read('there'))
		await store.close()
	})
}

test('a set that answers false is an error', async t => {
	const {keyv, state} = failing('says false')
	const store = keyvStore(keyv)
	state.down = true
	await t.throwsAsync(store.create('key', entry('x')), {message: /did not store/})
	await store.close()
})

test('passes a lifetime to the Keyv and checks the expiry itself', async t => {
	const context = manualContext()
	const lifetimes: unknown[] = []
	const map = new Map<string, unknown>()
	const store = keyvStore(
		{
			get: async key => map.get(key),
			set: async (key, value, lifetime) => {
				lifetimes.push(lifetime)
				map.set(key, value)
			},
			delete: async key => map.delete(key),
		},
		context,
	)
	await store.create('key', context.entry('x', 1500))
	t.deepEqual(lifetimes, [1500])
	context.advance(1500)
	t.is(await store.read('key'), undefined)
	t.is(map.size, 1, 'the backend should still hold it')
	await store.close()
})

test('uses the key as it is given, under the namespace of the Keyv', async t => {
	const map = new Map<string, unknown>()
	const store = keyvStore(new Keyv({store: map, namespace: 'app'}))
	await store.create('session:abc', entry('x'))
	t.deepEqual([...map.keys()], ['app:session:abc'])
	await store.close()
})

test('two stores over one Keyv take turns', async t => {
	const keyv = new Keyv()
	const stores = [keyvStore(keyv), keyvStore(keyv)] as const
	const results = await Promise.all(stores.flatMap(store => [1, 2, 3].map(() => store.create('key', entry('x')))))
	t.is(results.filter(({outcome}) => outcome === 'written').length, 1)
	for (const store of stores) await store.close()
})
