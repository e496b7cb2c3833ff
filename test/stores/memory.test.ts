import {setTimeout as sleep} from 'node:timers/promises'
import test from 'ava'
import {memoryStore} from '../../src/stores/memory.js'
import {runChild} from '../support/child.js'
import {manualContext} from '../support/clock.js'
import {swept} from '../support/swept.js'

const payload = Buffer.from('data')

test('makes room by dropping the expired ones first, without a warning', async t => {
	const context = manualContext()
	const store = memoryStore({maxSessions: 2}, context)
	await store.create('expired', {payload, expiresAt: context.now() + 10})
	await store.create('live', {payload, expiresAt: context.now() + 1000})
	context.advance(10)
	await store.create('new', {payload, expiresAt: context.now() + 1000})
	t.truthy(await store.read('live'))
	t.truthy(await store.read('new'))
	t.deepEqual(context.warnings, [])
	await store.close()
})

test('drops the one nearest to its expiry when it is full, and warns', async t => {
	const context = manualContext()
	const store = memoryStore({maxSessions: 3}, context)
	for (const [key, lifetime] of Object.entries({late: 300, soon: 100, middle: 200, new: 50})) {
		await store.create(key, {payload, expiresAt: context.now() + lifetime})
	}
	t.is(await store.read('soon'), undefined)
	for (const key of ['late', 'middle', 'new']) t.truthy(await store.read(key), key)
	t.deepEqual(
		context.warnings.map(({code}) => code),
		['KSS_MEMORY_FULL'],
	)
	await store.close()
})

test('never holds more than its bound', async t => {
	const context = manualContext()
	const store = memoryStore({maxSessions: 10}, context)
	for (let index = 0; index < 100; index++) await store.create(`${index}`, {payload, expiresAt: context.now() + 1000})
	let held = 0
	for await (const _ of store.list?.({prefix: ''}) ?? []) held += 1
	t.is(held, 10)
	await store.close()
})

test('frees expired sessions that no one reads', async t => {
	const context = manualContext()
	const store = memoryStore({sweepIntervalMs: 5}, context)
	await store.create('a', {payload, expiresAt: context.now() + 10})
	context.advance(11)
	await sleep(50)
	t.is(await swept(store), 0, 'there should be nothing left to sweep')
	await store.close()
})

test('does not keep the process alive', async t => {
	t.is(await runChild(new URL('../support/open-memory-store.ts', import.meta.url)), 'open')
})
