import test from 'ava'
import {SessionError} from '../../src/errors.js'
import {memoryStore} from '../../src/stores/memory.js'
import {givenStore} from '../../src/stores/support/given-store.js'
import {manualContext} from '../support/clock.js'

test('takes a whole store with the capabilities that it declares, and never closes it', async t => {
	const context = manualContext()
	const store = memoryStore({}, context)
	let closed = false
	const given = givenStore(
		'SESSION_STORE',
		{
			...store,
			close: async () => {
				closed = true
			},
		},
		context,
	)
	t.is(given.capabilities, store.capabilities)
	t.deepEqual(context.warnings, [])
	await given.close()
	t.false(closed)
	await store.close()
})

test('assumes the weakest capabilities where none are declared, and warns of what is lost', async t => {
	const context = manualContext()
	const {read, create, replace, touch, delete: remove, close} = memoryStore({}, context)
	const store = givenStore('SESSION_STORE', {read, create, replace, touch, delete: remove, close}, context)
	t.deepEqual(store.capabilities, {
		atomicWrites: false,
		extendsOnRead: false,
		selfCleaning: false,
		scope: 'process',
		expirySlackMs: 0,
	})
	t.is(store.sweep, undefined)
	t.is(store.list, undefined)
	await store.create('key', context.entry('x', 1000))
	t.truthy(await store.read('key'))
	t.is(context.warnings.length, 1)
	t.regex(context.warnings[0]?.message ?? '', /lose each other/)
	await store.close()
})

test('keeps the methods of a store that is a class', async t => {
	const inner = memoryStore()
	class Mine {
		#store = inner
		read = (...args: Parameters<typeof inner.read>) => this.#store.read(...args)
		create(...args: Parameters<typeof inner.create>) {
			return this.#store.create(...args)
		}
		replace(...args: Parameters<typeof inner.replace>) {
			return this.#store.replace(...args)
		}
		touch(...args: Parameters<typeof inner.touch>) {
			return this.#store.touch(...args)
		}
		delete(...args: Parameters<typeof inner.delete>) {
			return this.#store.delete(...args)
		}
		close() {
			return this.#store.close()
		}
	}
	const store = givenStore('SESSION_STORE', new Mine(), manualContext())
	t.is((await store.create('key', {payload: Buffer.from('x'), expiresAt: Date.now() + 1000})).outcome, 'written')
	await store.close()
})

test('refuses an object without the methods of the minimum, and names them', t => {
	for (const given of [undefined, {}, {...memoryStore(), replace: undefined}]) {
		const error = t.throws(() => givenStore('SESSION_STORE', given, manualContext()), {
			instanceOf: SessionError,
			code: 'ERR_SESSION_CONFIG',
		})
		t.regex(error?.message ?? '', /replace/)
	}
})
