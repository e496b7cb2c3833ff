import assert from 'node:assert/strict'
import type {SessionStore} from '../../stores/contract.js'
import {always, extension, type Rule, type StoreUnderTest, textOf} from './bench.js'

/** When a record ends, and how its end is moved. */
export const expiry: readonly Rule[] = [
	{
		title: 'treats an expired record as absent in every method',
		async check({store, key, entry, created, outliveShort, in: time, shortMs}) {
			const ids = [key(), key(), key(), key(), key(), key()] as const
			const revisions = []
			for (const id of ids) revisions.push(await created(id, 'old', shortMs))
			await outliveShort()
			assert.equal(await store.read(ids[0]), undefined)
			assert.equal(await store.read(ids[1], extension(store, time(60_000))), undefined, 'a read should not revive it')
			assert.equal(await store.touch(ids[2], time(60_000)), false, 'touch should not revive it')
			assert.deepEqual(await store.replace(ids[3], entry('x'), revisions[3]), {outcome: 'gone'})
			assert.deepEqual(await store.replace(ids[4], entry('x')), {outcome: 'gone'})
			assert.deepEqual(await store.delete(ids[5]), {outcome: 'gone'})
			for (const id of ids) assert.equal(await store.read(id), undefined)
		},
	},
	{
		title: 'creates where an expired record was',
		async check({store, key, created, outliveShort, textOf, entry, shortMs}) {
			const id = key()
			const old = await created(id, 'old', shortMs)
			await outliveShort()
			await created(id, 'new')
			assert.equal(await textOf(id), 'new')
			assert.equal((await store.replace(id, entry('x'), old)).outcome, 'conflict')
		},
	},
	{
		title: 'moves the expiry with touch and leaves payload and revision alone',
		async check({store, key, entry, created, outliveShort, textOf, in: time, shortMs}) {
			const id = key()
			const revision = await created(id, 'kept', shortMs)
			assert.equal(await store.touch(id, time(60_000)), true)
			await outliveShort()
			assert.equal(await textOf(id), 'kept')
			assert.equal((await store.replace(id, entry('next'), revision)).outcome, 'written')
		},
	},
	{
		title: 'moves the expiry with a read and leaves payload and revision alone',
		when: extendsOnRead,
		async check({store, key, entry, created, outliveShort, textOf: read, in: time, shortMs}) {
			const id = key()
			const revision = await created(id, 'kept', shortMs)
			const to = time(60_000)
			const record = await store.read(id, always(to))
			assert.ok(record, 'the record should be found')
			assert.equal(textOf(record), 'kept')
			assert.equal(record.extended, true)
			if (record.expiresAt !== undefined) assertTime(record.expiresAt, to, store)
			if (record.previousExpiresAt !== undefined) {
				assert.ok(record.previousExpiresAt < to - 30_000, 'previousExpiresAt should be the expiry before the read')
			}
			await outliveShort()
			assert.equal(await read(id), 'kept')
			assert.equal((await store.replace(id, entry('next'), revision)).outcome, 'written')
		},
	},
	{
		title: 'leaves the expiry alone in a read that does not ask for it',
		async check({store, key, created, outliveShort, shortMs}) {
			const id = key()
			await created(id, 'x', shortMs)
			assert.equal((await store.read(id))?.extended, false)
			await outliveShort()
			assert.equal(await store.read(id), undefined)
		},
	},
	{
		title: 'extends only a record that would expire before the given moment',
		when: extendsOnRead,
		async check({store, key, created, outliveShort, in: time, shortMs}) {
			const [due, notDue] = [key(), key()]
			await created(due, 'due', shortMs)
			await created(notDue, 'not due', shortMs)
			const to = time(60_000)
			const found = await store.read(due, {to, ifBefore: time(30_000)})
			assert.equal(found && textOf(found), 'due')
			assert.equal(found?.extended, true)
			if (found?.expiresAt !== undefined) assertTime(found.expiresAt, to, store)
			const left = await store.read(notDue, {to, ifBefore: time(1)})
			assert.equal(left && textOf(left), 'not due')
			assert.equal(left?.extended, false)
			if (left?.expiresAt !== undefined) assert.ok(left.expiresAt < to - 30_000, 'its expiry should be the old one')
			await outliveShort()
			assert.ok(await store.read(due), 'the extended record should be there')
			assert.equal(await store.read(notDue), undefined)
		},
	},
	{
		title: 'gives a replaced record the expiry of its new entry, later or sooner',
		async check({store, key, entry, created, outliveShort, textOf, shortMs}) {
			const [later, sooner] = [key(), key()]
			await store.replace(later, entry('later'), await created(later, 'x', shortMs))
			await store.replace(sooner, entry('sooner', shortMs), await created(sooner))
			await outliveShort()
			assert.equal(await textOf(later), 'later')
			assert.equal(await textOf(sooner), undefined)
		},
	},
	{
		title: 'can bring the end nearer',
		async check({store, key, created, outliveShort, in: time, shortMs}) {
			const [touched, read] = [key(), key()]
			for (const id of [touched, read]) await created(id)
			const {extendsOnRead} = store.capabilities
			assert.equal(await store.touch(touched, time(shortMs)), true)
			assert.ok(await store.read(read, extension(store, time(shortMs))), 'the record should be found')
			await outliveShort()
			assert.equal(await store.read(touched), undefined)
			if (extendsOnRead) assert.equal(await store.read(read), undefined)
		},
	},
]

function extendsOnRead({store}: StoreUnderTest): boolean {
	return store.capabilities.extendsOnRead
}

/** An expiry that a store may have rounded up. */
function assertTime(actual: number, expected: number, {capabilities}: SessionStore): void {
	const {expirySlackMs} = capabilities
	assert.ok(actual >= expected - 1 && actual <= expected + expirySlackMs + 1, `${actual} should be ${expected}`)
}
