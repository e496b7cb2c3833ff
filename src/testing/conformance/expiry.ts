import assert from 'node:assert/strict'
import {type Rule, recordAt, revisionOf, SHORT_MS, textOf} from './bench.js'

/** When a record ends, and how its end is moved. */
export const expiry: readonly Rule[] = [
	{
		title: 'treats an expired record as absent in every method',
		async check({store, key, entry, created, outliveShort, in: time}) {
			const ids = [key(), key(), key(), key(), key(), key()] as const
			const revisions = []
			for (const id of ids) revisions.push(await created(id, 'old', SHORT_MS))
			await outliveShort()
			assert.equal(await store.read(ids[0]), undefined)
			assert.equal(await store.read(ids[1], {extendTo: time(60_000)}), undefined, 'a read should not revive it')
			assert.equal(await store.touch(ids[2], time(60_000)), false, 'touch should not revive it')
			assert.deepEqual(await store.replace(ids[3], entry('x'), revisions[3]), {outcome: 'gone'})
			assert.deepEqual(await store.replace(ids[4], entry('x')), {outcome: 'gone'})
			assert.deepEqual(await store.delete(ids[5]), {outcome: 'gone'})
			for (const id of ids) assert.equal(await store.read(id), undefined)
		},
	},
	{
		title: 'creates where an expired record was',
		async check({store, key, created, outliveShort, textOf, entry}) {
			const id = key()
			const old = await created(id, 'old', SHORT_MS)
			await outliveShort()
			await created(id, 'new')
			assert.equal(await textOf(id), 'new')
			assert.equal((await store.replace(id, entry('x'), old)).outcome, 'conflict')
		},
	},
	{
		title: 'moves the expiry with touch and leaves payload and revision alone',
		async check({store, key, entry, created, outliveShort, textOf, in: time}) {
			const id = key()
			const revision = await created(id, 'kept', SHORT_MS)
			assert.equal(await store.touch(id, time(60_000)), true)
			await outliveShort()
			assert.equal(await textOf(id), 'kept')
			assert.equal((await store.replace(id, entry('next'), revision)).outcome, 'written')
		},
	},
	{
		title: 'moves the expiry with a read and leaves payload and revision alone',
		async check({store, key, entry, created, outliveShort, textOf: read, in: time}) {
			const id = key()
			const revision = await created(id, 'kept', SHORT_MS)
			const extendTo = time(60_000)
			const record = await store.read(id, {extendTo})
			assert.ok(record)
			assert.equal(textOf(record), 'kept')
			if (record.expiresAt !== undefined) assert.equal(record.expiresAt, extendTo)
			await outliveShort()
			assert.equal(await read(id), 'kept')
			assert.equal((await store.replace(id, entry('next'), revision)).outcome, 'written')
		},
	},
	{
		title: 'leaves the expiry alone in a read that does not ask for it',
		async check({store, key, created, outliveShort}) {
			const id = key()
			await created(id, 'x', SHORT_MS)
			assert.ok(await store.read(id))
			await outliveShort()
			assert.equal(await store.read(id), undefined)
		},
	},
	{
		title: 'extends only a record that would expire before the given moment',
		async check({store, key, created, outliveShort, in: time}) {
			const [due, notDue] = [key(), key()]
			await created(due, 'due', SHORT_MS)
			await created(notDue, 'not due', SHORT_MS)
			const extendTo = time(60_000)
			const extended = await store.read(due, {extendTo, extendIfBefore: time(30_000)})
			assert.equal(extended && textOf(extended), 'due')
			if (extended?.expiresAt !== undefined) assert.equal(extended.expiresAt, extendTo)
			const left = await store.read(notDue, {extendTo, extendIfBefore: time(0)})
			assert.equal(left && textOf(left), 'not due')
			if (left?.expiresAt !== undefined) assert.ok(left.expiresAt < extendTo, 'its expiry should be the old one')
			await outliveShort()
			assert.ok(await store.read(due))
			assert.equal(await store.read(notDue), undefined)
		},
	},
	{
		title: 'gives a replaced record the expiry of its new entry, later or sooner',
		async check({store, key, entry, created, outliveShort, textOf}) {
			const [later, sooner] = [key(), key()]
			await store.replace(later, entry('later'), await created(later, 'x', SHORT_MS))
			await store.replace(sooner, entry('sooner', SHORT_MS), await created(sooner))
			await outliveShort()
			assert.equal(await textOf(later), 'later')
			assert.equal(await textOf(sooner), undefined)
		},
	},
	{
		title: 'can bring the end nearer',
		async check({store, key, created, outliveShort, in: time}) {
			const [touched, read, over] = [key(), key(), key()]
			for (const id of [touched, read, over]) await created(id)
			assert.equal(await store.touch(touched, time(SHORT_MS)), true)
			assert.ok(await store.read(read, {extendTo: time(SHORT_MS)}))
			assert.equal(await store.touch(over, time(-1)), true)
			assert.equal(await store.read(over), undefined)
			await outliveShort()
			assert.equal(await store.read(touched), undefined)
			assert.equal(await store.read(read), undefined)
		},
	},
	{
		title: 'stores nothing that has expired already, and reports it written',
		async check({store, key, entry, created}) {
			const [fresh, withRevision, without, occupied] = [key(), key(), key(), key()]
			assert.equal((await store.create(fresh, entry('x', -1))).outcome, 'written')
			assert.equal((await store.replace(withRevision, entry('x', 0), await created(withRevision))).outcome, 'written')
			await created(without)
			assert.equal((await store.replace(without, entry('x', -60_000))).outcome, 'written')
			for (const id of [fresh, withRevision, without]) assert.equal(await store.read(id), undefined)
			const revision = await created(occupied)
			assert.deepEqual(await store.create(occupied, entry('x', -1)), {outcome: 'conflict'})
			const newer = revisionOf(await store.replace(occupied, entry('newer'), revision))
			assert.equal((await store.replace(occupied, entry('x', -1), revision)).outcome, 'conflict')
			assert.equal(textOf(await recordAt(store, occupied)), 'newer')
			assert.equal((await store.replace(occupied, entry('x', -1), newer)).outcome, 'written')
			assert.deepEqual(await store.replace(occupied, entry('x', -1)), {outcome: 'gone'})
		},
	},
]
