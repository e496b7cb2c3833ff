import assert from 'node:assert/strict'
import type {SessionStore} from '../../stores/contract.js'
import {type Bench, bytesOf, extension, type Rule, recordAt, type StoreUnderTest, textOf} from './bench.js'

const ROUNDS = 8
const AT_ONCE = 8

const atomic = ({store}: StoreUnderTest) => store.capabilities.atomicWrites

/** What holds when calls overlap, through one handle or through two on the same records. */
export const concurrency: readonly Rule[] = [
	{
		title: 'lets exactly one of many creates through',
		when: atomic,
		check: bench =>
			rounds(bench, async (id, handle) => {
				const results = await atOnce(index => handle(index).create(id, bench.entry(`${index}`)))
				assert.equal(results.filter(({outcome}) => outcome === 'written').length, 1)
				assert.equal(await bench.textOf(id), `${results.findIndex(({outcome}) => outcome === 'written')}`)
			}),
	},
	{
		title: 'lets exactly one of many replaces of one revision through',
		when: atomic,
		check: bench =>
			rounds(bench, async (id, handle) => {
				const revision = await bench.created(id)
				const results = await atOnce(index => handle(index).replace(id, bench.entry(`${index}`), revision))
				assert.equal(results.filter(({outcome}) => outcome === 'written').length, 1)
				assert.equal(results.filter(({outcome}) => outcome === 'conflict').length, AT_ONCE - 1)
				assert.equal(await bench.textOf(id), `${results.findIndex(({outcome}) => outcome === 'written')}`)
			}),
	},
	{
		title: 'loses no increment of a counter that is replaced by its revision',
		when: atomic,
		async check(bench) {
			const id = bench.key()
			await bench.created(id, '0')
			await atOnce(index => increment(bench, bench.handles[index % 2 === 0 ? 0 : 1], id))
			assert.equal(await bench.textOf(id), `${AT_ONCE}`)
		},
	},
	{
		title: 'never revives a record that is deleted while others replace, touch and extend it',
		when: atomic,
		check: bench =>
			rounds(bench, async (id, handle, round) => {
				const revision = await bench.created(id)
				const late = bench.in(90_000)
				const calls: (() => Promise<unknown>)[] = [
					() => handle(0).replace(id, bench.entry('x'), revision),
					() => handle(1).replace(id, bench.entry('y')),
					() => handle(0).touch(id, late),
					() => handle(1).read(id, extension(bench.store, late)),
				]
				calls.splice(round % (calls.length + 1), 0, () => handle(round).delete(id))
				await Promise.all(calls.map(call => call()))
				assert.equal(await bench.textOf(id), undefined)
				assert.deepEqual(await bench.store.delete(id), {outcome: 'gone'})
			}),
	},
	{
		title: 'lets either a replace or a delete of one revision through, not both',
		when: atomic,
		check: bench =>
			rounds(bench, async (id, handle, round) => {
				const revision = await bench.created(id)
				const replace = () => handle(0).replace(id, bench.entry('replaced'), revision)
				const remove = () => handle(1).delete(id, revision)
				const results = await Promise.all(round % 2 === 0 ? [replace(), remove()] : [remove(), replace()])
				const done = results
					.map(({outcome}) => outcome)
					.filter(outcome => outcome === 'written' || outcome === 'deleted')
				assert.equal(done.length, 1)
				assert.equal(await bench.textOf(id), done[0] === 'written' ? 'replaced' : undefined)
			}),
	},
	{
		title: 'never undoes a replace by an extension that overlaps it',
		when: atomic,
		check: bench =>
			rounds(bench, async (id, handle) => {
				const revision = await bench.created(id)
				const late = bench.in(90_000)
				const [, , replaced] = await Promise.all([
					handle(0).touch(id, late),
					handle(1).read(id, extension(bench.store, late)),
					handle(1).replace(id, bench.entry('replaced'), revision),
					handle(0).touch(id, late),
					handle(1).read(id, extension(bench.store, late)),
				])
				assert.equal(replaced.outcome, 'written', 'extending should leave the revision alone')
				assert.equal(await bench.textOf(id), 'replaced')
			}),
	},
	{
		title: 'leaves one whole record after many saves at once',
		async check({handles, store, key, entry, created}) {
			const id = key()
			await created(id)
			const payloads = Array.from({length: 50}, (_, index) => bytesOf(`${index},`.repeat(2000 + index)))
			const saves = payloads.map((payload, index) => handles[index % 2 === 0 ? 0 : 1].replace(id, entry(payload)))
			for (const {outcome} of await Promise.all(saves)) assert.equal(outcome, 'written')
			const {payload} = await recordAt(store, id)
			assert.ok(
				payloads.some(written => Buffer.from(written).equals(payload)),
				'the record should be one of those that were written, and whole',
			)
		},
	},
	{
		title: 'without atomic writes, still answers overlapping creates with results and keeps one of them',
		when: store => !atomic(store),
		check: bench =>
			rounds(bench, async id => {
				const results = await atOnce(index => bench.store.create(id, bench.entry(`${index}`)))
				const written = results.flatMap(({outcome}, index) => (outcome === 'written' ? [`${index}`] : []))
				assert.ok(written.length > 0, 'one create at least should be done')
				assert.ok(written.includes((await bench.textOf(id)) ?? ''), 'what is there should be one of the written')
			}),
	},
	{
		title: 'shows every handle what another one wrote',
		when: ({another}) => another !== undefined,
		async check({handles: [one, two], key, entry}) {
			const id = key()
			await one.create(id, entry('one'))
			const record = await recordAt(two, id)
			assert.equal(textOf(record), 'one')
			assert.equal((await two.replace(id, entry('two'), record.revision)).outcome, 'written')
			assert.equal(textOf(await recordAt(one, id)), 'two')
			assert.deepEqual(await one.delete(id), {outcome: 'deleted'})
			assert.equal(await two.read(id), undefined)
		},
	},
]

async function rounds(
	{handles, key}: Bench,
	round: (id: string, handle: (index: number) => SessionStore, round: number) => Promise<void>,
): Promise<void> {
	for (let index = 0; index < ROUNDS; index++) await round(key(), handle => handles[handle % 2 === 0 ? 0 : 1], index)
}

function atOnce<T>(call: (index: number) => Promise<T>): Promise<T[]> {
	return Promise.all(Array.from({length: AT_ONCE}, (_, index) => call(index)))
}

async function increment({entry}: Bench, store: SessionStore, id: string): Promise<void> {
	for (let attempt = 0; attempt < 1000; attempt++) {
		const record = await recordAt(store, id)
		const result = await store.replace(id, entry(`${Number(textOf(record)) + 1}`), record.revision)
		if (result.outcome === 'written') return
	}
	assert.fail('a replace should go through after a bounded number of conflicts')
}
