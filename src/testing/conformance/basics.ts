import assert from 'node:assert/strict'
import {extension, type Rule, recordAt, revisionOf, textOf} from './bench.js'

/** Reading, creating, replacing, touching and deleting, one call after the other. */
export const basics: readonly Rule[] = [
	{
		title: 'declares its capabilities',
		async check({store: {capabilities}}) {
			for (const name of ['atomicWrites', 'extendsOnRead', 'selfCleaning'] as const) {
				assert.equal(typeof capabilities[name], 'boolean', `${name} should be declared`)
			}
			assert.ok(capabilities.expirySlackMs >= 0, 'expirySlackMs should be declared')
			assert.ok(['process', 'host', 'network'].includes(capabilities.scope), 'scope should be declared')
		},
	},
	{
		title: 'answers an unknown key with a result, not with an error',
		async check({store, key, entry, created, in: time}) {
			const revision = await created(key())
			const unknown = key()
			assert.equal(await store.read(unknown), undefined)
			assert.equal(await store.read(unknown, extension(store, time(60_000))), undefined)
			assert.equal(await store.touch(unknown, time(60_000)), false)
			assert.deepEqual(await store.replace(unknown, entry('x')), {outcome: 'gone'})
			assert.deepEqual(await store.replace(unknown, entry('x'), revision), {outcome: 'gone'})
			assert.deepEqual(await store.delete(unknown), {outcome: 'gone'})
			assert.deepEqual(await store.delete(unknown, revision), {outcome: 'gone'})
			assert.equal(await store.read(unknown), undefined, 'none of these should have made a record')
		},
	},
	{
		title: 'reads what was created',
		async check({store, key, created}) {
			const id = key()
			await created(id, 'data')
			assert.equal(textOf(await recordAt(store, id)), 'data')
		},
	},
	{
		title: 'creates only where nothing live is, and leaves what is there as it was',
		async check({store, key, entry, created, textOf}) {
			const id = key()
			const revision = await created(id, 'first')
			assert.deepEqual(await store.create(id, entry('second')), {outcome: 'conflict'})
			assert.equal(await textOf(id), 'first')
			assert.equal((await store.replace(id, entry('third'), revision)).outcome, 'written')
		},
	},
	{
		title: 'replaces with the revision of a create, of a read and of a replace',
		async check({store, key, entry, created, textOf}) {
			const id = key()
			const byCreate = revisionOf(await store.replace(id, entry('2'), await created(id, '1')))
			const byReplace = revisionOf(await store.replace(id, entry('3'), byCreate))
			const {revision: byRead} = await recordAt(store, id)
			assert.equal((await store.replace(id, entry('x'), byCreate)).outcome, 'conflict')
			assert.equal((await store.replace(id, entry('4'), byRead)).outcome, 'written')
			assert.equal((await store.replace(id, entry('x'), byReplace)).outcome, 'conflict')
			assert.equal(await textOf(id), '4')
		},
	},
	{
		title: 'refuses to replace with a revision that is out of date, and changes nothing',
		async check({store, key, entry, created, textOf: read}) {
			const id = key()
			const stale = await created(id, 'first')
			await store.replace(id, entry('second'), stale)
			const result = await store.replace(id, entry('third'), stale)
			assert.equal(result.outcome, 'conflict')
			assert.equal(await read(id), 'second')
			if (result.outcome !== 'conflict' || result.current === undefined) return
			assert.equal(textOf(result.current), 'second')
			assert.equal((await store.replace(id, entry('fourth'), result.current.revision)).outcome, 'written')
		},
	},
	{
		title: 'replaces without a revision whatever is there',
		async check({store, key, entry, created, textOf}) {
			const id = key()
			await created(id, 'first')
			assert.equal((await store.replace(id, entry('second'))).outcome, 'written')
			assert.equal((await store.replace(id, entry('third'))).outcome, 'written')
			assert.equal(await textOf(id), 'third')
		},
	},
	{
		title: 'never brings a deleted record back',
		async check({store, key, entry, created, in: time}) {
			const id = key()
			const revision = await created(id)
			assert.deepEqual(await store.delete(id), {outcome: 'deleted'})
			assert.deepEqual(await store.replace(id, entry('x'), revision), {outcome: 'gone'})
			assert.deepEqual(await store.replace(id, entry('x')), {outcome: 'gone'})
			assert.equal(await store.touch(id, time(60_000)), false)
			assert.equal(await store.read(id, extension(store, time(60_000))), undefined)
			assert.deepEqual(await store.delete(id), {outcome: 'gone'})
			await created(id, 'anew')
		},
	},
	{
		title: 'deletes with a revision only if it still fits',
		async check({store, key, entry, created, textOf: read}) {
			const id = key()
			const stale = await created(id, 'first')
			const fresh = revisionOf(await store.replace(id, entry('second'), stale))
			const refused = await store.delete(id, stale)
			assert.equal(refused.outcome, 'conflict')
			if (refused.outcome === 'conflict' && refused.current) assert.equal(textOf(refused.current), 'second')
			assert.equal(await read(id), 'second')
			assert.deepEqual(await store.delete(id, fresh), {outcome: 'deleted'})
			assert.equal(await read(id), undefined)
		},
	},
	{
		title: 'keeps records apart whose keys differ in case, in one character or in length',
		async check({store, prefix, created, textOf}) {
			const names = [
				'aB',
				'Ab',
				'ab',
				'a',
				'aB_',
				'a*',
				'../aB',
				'a/b',
				"a'b",
				'a"b',
				'a\\b',
				'a%b',
				'a_b',
				'{a}',
				'$a',
				'~',
			]
			for (const name of names) await created(prefix + name, name)
			for (const name of names) assert.equal(await textOf(prefix + name), name)
			await store.delete(prefix + names[0])
			assert.equal(await textOf(prefix + names[1]), names[1])
		},
	},
	{
		title: 'takes a key of the greatest length that it declares',
		when: ({store}) => store.capabilities.maxKeyBytes !== undefined,
		async check({store, key, created, textOf}) {
			const {maxKeyBytes = 0} = store.capabilities
			const [one, two] = ['1', '2'].map(last => key().padEnd(maxKeyBytes - 1, 'x') + last) as [string, string]
			await created(one, 'one')
			await created(two, 'two')
			assert.equal(await textOf(one), 'one')
			assert.equal(await textOf(two), 'two')
		},
	},
	{
		title: 'can be closed before it was opened, and twice',
		when: ({make}) => make !== undefined,
		async check({make}) {
			const fresh = await make()
			await fresh.close()
			await fresh.close()
		},
	},
	{
		title: 'can be closed while it is opened',
		when: ({make}) => make !== undefined,
		async check({make}) {
			const fresh = await make()
			const opening = Promise.allSettled([fresh.open?.()])
			await fresh.close()
			await opening
			await fresh.close()
		},
	},
	{
		title: 'can be closed twice',
		async check({store}) {
			await store.close()
			await store.close()
		},
	},
]
