import {setTimeout as sleep} from 'node:timers/promises'
import test from 'ava'
import {createStoreHandle} from '../../src/session/store-handle.js'
import type {SessionStore} from '../../src/stores/contract.js'
import {memoryStore} from '../../src/stores/memory.js'

const payload = Buffer.from('data')
const entry = () => ({payload, expiresAt: Date.now() + 60_000})

function handleOf(parts: Partial<SessionStore>, {timeoutMs = 200, store = memoryStore()} = {}) {
	const calls: string[] = []
	const counted = {
		...store,
		...parts,
		close: async () => {
			calls.push('close')
			await (parts.close ?? store.close)()
		},
	}
	let made = 0
	const handle = createStoreHandle({
		make: async () => {
			made++
			return counted
		},
		accept: () => {},
		name: 'test',
		maxPayloadBytes: 1_000_000,
		timeoutMs,
	})
	return {handle, store, calls, made: () => made}
}

test('opens the same store again after open has rejected', async t => {
	let attempts = 0
	const {handle, made} = handleOf({
		open: async () => {
			attempts++
			if (attempts < 3) throw new Error('down')
		},
	})
	await t.throwsAsync(handle.ready(), {code: 'ERR_SESSION_STORE'})
	await t.throwsAsync(handle.read('key'), {code: 'ERR_SESSION_STORE'})
	await handle.ready()
	t.is((await handle.create('key', entry())).outcome, 'written')
	t.deepEqual([attempts, made()], [3, 1])
	await handle.close()
})

test('carries out no call whose deadline has passed while the store was opening', async t => {
	let finish = () => {}
	const {handle, store} = handleOf({open: () => new Promise<void>(resolve => (finish = resolve))}, {timeoutMs: 30})
	await t.throwsAsync(handle.create('key', entry()), {code: 'ERR_SESSION_STORE_TIMEOUT'})
	finish()
	await handle.ready()
	t.is(await store.read('key'), undefined, 'nothing was stored behind the back of the caller')
	await handle.close()
})

test('close() ends within the deadline while an opening hangs, and while the store hangs in close', async t => {
	for (const parts of [{open: () => new Promise<void>(() => {})}, {close: () => new Promise<void>(() => {})}]) {
		const {handle, calls, store} = handleOf(parts, {timeoutMs: 50})
		const ready = handle.ready().catch(error => error.code)
		await Promise.race([ready, sleep(5)])
		await handle.close()
		t.deepEqual(calls, ['close'])
		await store.close()
	}
})

test('after close() every call is refused with a typed error, and the store is closed once', async t => {
	const {handle, calls} = handleOf({})
	await handle.ready()
	await Promise.all([handle.close(), handle.close()])
	t.deepEqual(calls, ['close'])
	for (const call of [handle.read('key'), handle.create('key', entry()), handle.ready(), handle.sweep()]) {
		await t.throwsAsync(call, {code: 'ERR_SESSION_CLOSED'})
	}
})

test('close() stops a sweep that is under way', async t => {
	const {handle} = handleOf({
		async *sweep({signal}) {
			for (let batch = 0; batch < 1000 && !signal?.aborted; batch++) {
				await sleep(1)
				yield 1
			}
		},
	})
	await handle.ready()
	const sweeping = handle.sweep()
	await sleep(5)
	await handle.close()
	t.true((await sweeping) < 1000)
})

test('a key that is longer than the store can hold is unknown, and the store is not asked', async t => {
	const inner = memoryStore()
	let reads = 0
	const {handle} = handleOf(
		{
			capabilities: {...inner.capabilities, maxKeyBytes: 10},
			read: async () => {
				reads++
				return undefined
			},
		},
		{store: inner},
	)
	t.is(await handle.read('k'.repeat(11)), undefined)
	t.is(reads, 0)
	await handle.read('k'.repeat(10))
	t.is(reads, 1)
	await handle.close()
})

test('a store that does not extend on reading is sent a touch, when it is due', async t => {
	const inner = memoryStore()
	const touched: number[] = []
	const {handle} = handleOf(
		{
			capabilities: {...inner.capabilities, extendsOnRead: false},
			read: async (key, extend) => {
				t.is(extend, undefined)
				return inner.read(key)
			},
			touch: async (key, expiresAt) => {
				touched.push(expiresAt)
				return inner.touch(key, expiresAt)
			},
		},
		{store: inner},
	)
	const {expiresAt} = entry()
	await handle.create('key', {payload, expiresAt})
	t.like(await handle.read('key', {to: expiresAt + 100, ifBefore: expiresAt}), {expiresAt, extended: false})
	t.like(await handle.read('key', {to: expiresAt + 100, ifBefore: expiresAt + 1}), {
		expiresAt: expiresAt + 100,
		previousExpiresAt: expiresAt,
		extended: true,
	})
	t.deepEqual(touched, [expiresAt + 100])
	await handle.close()
})
