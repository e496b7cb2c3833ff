import {setTimeout as sleep} from 'node:timers/promises'
import test from 'ava'
import {memoryStore} from '../../src/stores/memory.js'
import {runChild} from '../support/child.js'
import {manualContext} from '../support/clock.js'
import {swept} from '../support/swept.js'

const payload = Buffer.from('data')
const HOUR = 3_600_000

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
	for (const [key, hours] of Object.entries({late: 3, soon: 1, middle: 2, new: 0.5})) {
		await store.create(key, {payload, expiresAt: context.now() + hours * HOUR})
	}
	t.is(await store.read('soon'), undefined)
	for (const key of ['late', 'middle', 'new']) t.truthy(await store.read(key), key)
	t.deepEqual(
		context.warnings.map(({code}) => code),
		['KSS_MEMORY_FULL'],
	)
	await store.close()
})

test('drops sessions that nobody came back to before others, and what ends within a minute last', async t => {
	const context = manualContext()
	const store = memoryStore({maxSessions: 100}, context)
	const kept = ['read', 'replaced', 'touched', 'lock']
	for (const key of kept) await store.create(key, {payload, expiresAt: context.now() + (key === 'lock' ? 9000 : HOUR)})
	await store.read('read', {to: context.now() + HOUR, ifBefore: Number.POSITIVE_INFINITY})
	await store.replace('replaced', {payload, expiresAt: context.now() + HOUR})
	await store.touch('touched', context.now() + HOUR)
	for (let index = 0; index < 2000; index++) {
		await store.create(`passer-by ${index}`, {payload, expiresAt: context.now() + 2 * HOUR})
	}
	for (const key of kept) t.truthy(await store.read(key), key)
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

test('a new session costs no more when a store of many sessions is full', async t => {
	const context = manualContext()
	const store = memoryStore({maxSessions: 100_000}, context)
	const create = async (index: number) => store.create(`${index}`, {payload, expiresAt: context.now() + HOUR + index})
	for (let index = 0; index < 100_000; index++) await create(index)
	const started = performance.now()
	for (let index = 0; index < 2000; index++) await create(100_000 + index)
	// a look at all of them for each took 20 ms and more
	t.true(performance.now() - started < 5000)
	await store.close()
})

test('a clean-up and a list leave the event loop to others after some sessions', async t => {
	const context = manualContext()
	const store = memoryStore({maxSessions: 50_000}, context)
	for (let index = 0; index < 40_000; index++) {
		await store.create(`${index}`, {payload, expiresAt: context.now() + (index % 2 === 0 ? HOUR : 10)})
	}
	context.advance(10)
	let turns = 0
	const count = () => {
		turns += 1
		timer = setImmediate(count)
	}
	let timer = setImmediate(count)
	t.is(await swept(store, 1000), 20_000)
	const forSweep = turns
	for await (const _ of store.list?.({prefix: 'none'}) ?? []) t.fail()
	clearImmediate(timer)
	t.true(forSweep >= 15, `${forSweep} turns`)
	t.true(turns - forSweep >= 8, `${turns - forSweep} turns`)
	await store.close()
})
