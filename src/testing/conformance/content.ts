import assert from 'node:assert/strict'
import {randomBytes} from 'node:crypto'
import {type Bench, bytesOf, type Rule, recordAt, textOf} from './bench.js'

/** Payloads, listing and sweeping. */
export const content: readonly Rule[] = [
	{
		title: 'keeps every byte',
		async check({store, key, entry}) {
			const every = Uint8Array.from({length: 256}, (_, byte) => byte)
			const view = new Uint8Array(every.buffer, 100, 28)
			for (const bytes of [every, view, Buffer.from(every).subarray(128), Uint8Array.of(0)]) {
				const id = key()
				await store.create(id, entry(bytes))
				assert.deepEqual(new Uint8Array((await recordAt(store, id)).payload), new Uint8Array(bytes))
				await store.replace(id, entry(Uint8Array.from(bytes).reverse()))
				assert.deepEqual(new Uint8Array((await recordAt(store, id)).payload), Uint8Array.from(bytes).reverse())
			}
		},
	},
	...[100 * 1024, 1024 * 1024].map(size => ({
		title: `keeps a payload of ${size / 1024} KB`,
		when: ({store}: {store: Bench['store']}) => (store.capabilities.maxPayloadBytes ?? size) >= size,
		check: (bench: Bench) => roundTrip(bench, size),
	})),
	{
		title: 'keeps a payload of the largest size that it declares, and refuses a larger one with an error',
		when: ({store}) => store.capabilities.maxPayloadBytes !== undefined,
		async check(bench) {
			const {maxPayloadBytes = 0} = bench.store.capabilities
			await roundTrip(bench, maxPayloadBytes)
			await assert.rejects(bench.store.create(bench.key(), bench.entry(randomBytes(maxPayloadBytes * 2))))
		},
	},
	{
		title: 'shares no memory with its callers',
		async check({store, key, entry}) {
			const id = key()
			const given = bytesOf('as it was')
			await store.create(id, entry(given))
			given.fill(0)
			const read = await recordAt(store, id)
			assert.equal(textOf(read), 'as it was')
			read.payload.fill(0)
			assert.equal(textOf(await recordAt(store, id)), 'as it was', 'every read should give bytes of its own')
			const replacement = bytesOf('replaced')
			await store.replace(id, entry(replacement))
			replacement.fill(0)
			const current = await store.replace(id, entry('x'), read.revision)
			if (current.outcome === 'conflict') current.current?.payload.fill(0)
			assert.equal(textOf(await recordAt(store, id)), 'replaced')
		},
	},
	{
		title: 'lists the keys of live records that begin with the prefix, glob characters taken as they are',
		when: ({store}) => store.list !== undefined,
		async check({store, prefix, entry, outliveShort, shortMs}) {
			for (const special of ['*', '?', '[a-z]', '\\', '^', 'a']) {
				const inside = Array.from({length: 3}, (_, index) => `${prefix}${special}:${index}`)
				for (const key of inside) await store.create(key, entry('x'))
				assert.deepEqual(await listed(store, `${prefix}${special}:`), inside)
			}
			await store.create(`${prefix}e:live`, entry('x'))
			await store.create(`${prefix}e:expired`, entry('x', shortMs))
			await outliveShort()
			assert.deepEqual(await listed(store, `${prefix}e:`), [`${prefix}e:live`])
			assert.deepEqual(await listed(store, `${prefix}none:`), [])
		},
	},
	{
		title: 'lists more keys than fit into one batch',
		when: ({store}) => store.list !== undefined,
		async check({store, prefix, entry}) {
			const keys = Array.from({length: 300}, (_, index) => `${prefix}${1000 + index}`)
			await Promise.all(keys.map(key => store.create(key, entry('x'))))
			assert.deepEqual(await listed(store, prefix), keys)
		},
	},
	{
		title: 'sweeps all expired records in batches, and nothing else',
		when: ({store}) => store.sweep !== undefined,
		async check({store, key, created, outliveShort, shortMs}) {
			const live = [key(), key()]
			const expired = Array.from({length: 5}, () => key())
			for (const id of live) await created(id, 'live')
			for (const id of expired) await created(id, 'expired', shortMs)
			await outliveShort()
			let swept = 0
			for await (const count of store.sweep?.({batch: 2}) ?? []) {
				assert.ok(count <= 2, 'a batch should have its size')
				swept += count
			}
			assert.ok(swept >= expired.length || store.capabilities.selfCleaning, 'all expired records should be removed')
			for (const id of live) assert.equal(textOf(await recordAt(store, id)), 'live')
			for (const id of expired) assert.equal(await store.read(id), undefined)
		},
	},
	{
		title: 'ends a sweep that is aborted, without an error',
		when: ({store}) => store.sweep !== undefined,
		async check({store, created, key, outliveShort, shortMs}) {
			for (let index = 0; index < 5; index++) await created(key(), 'expired', shortMs)
			await outliveShort()
			const aborting = new AbortController()
			let batches = 0
			for await (const _ of store.sweep?.({batch: 1, signal: aborting.signal}) ?? []) {
				batches += 1
				aborting.abort()
			}
			assert.ok(batches <= 2, 'no batch should begin after the end was asked for')
		},
	},
]

async function roundTrip({store, key, entry}: Bench, size: number): Promise<void> {
	const id = key()
	const [first, second] = [randomBytes(size), randomBytes(size)]
	await store.create(id, entry(first))
	const record = await recordAt(store, id)
	assert.ok(Buffer.from(record.payload).equals(first), 'the bytes should be those that were stored')
	assert.equal((await store.replace(id, entry(second), record.revision)).outcome, 'written')
	assert.ok(Buffer.from((await recordAt(store, id)).payload).equals(second), 'the bytes should be the new ones')
}

async function listed(store: Bench['store'], prefix: string): Promise<string[]> {
	const keys = new Set<string>()
	for await (const key of store.list?.({prefix}) ?? []) keys.add(key)
	return [...keys].sort()
}
