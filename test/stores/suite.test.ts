import test from 'ava'
import type {CreateResult, FoundRecord, ReplaceResult, SessionStore, StoreEntry} from '../../src/stores/contract.js'
import {memoryStore} from '../../src/stores/memory.js'
import {storeConformance} from '../../src/testing/index.js'
import {manualContext} from '../support/clock.js'

/** Ways to break a store that the suite has to notice. */
const faults: Record<string, (store: SessionStore) => Partial<SessionStore>> = {
	'replace that creates': store => ({
		async replace(key, entry, revision) {
			const result = await store.replace(key, entry, revision)
			return result.outcome === 'gone' ? upsert(store, key, entry) : result
		},
	}),
	'replace that compares first and writes later': store => ({
		async replace(key, entry, revision) {
			const record = await store.read(key)
			if (record === undefined) return {outcome: 'gone'}
			if (revision !== undefined && record.revision !== revision) return {outcome: 'conflict'}
			return store.replace(key, entry)
		},
	}),
	'replace that ignores the revision': store => ({replace: (key, entry) => store.replace(key, entry)}),
	'create that looks first and writes later': store => ({
		async create(key, entry) {
			if ((await store.read(key)) !== undefined) return {outcome: 'conflict'}
			return upsert(store, key, entry)
		},
	}),
	'create that overwrites': store => ({create: (key, entry) => upsert(store, key, entry)}),
	'delete that ignores the revision': store => ({delete: key => store.delete(key)}),
	'delete that does not say what it found': store => ({
		delete: async (key, revision) => {
			await store.delete(key, revision)
			return {outcome: 'deleted'}
		},
	}),
	'touch that makes a new revision': store => ({
		async touch(key, expiresAt) {
			const record = await store.read(key)
			if (record === undefined) return false
			return (await store.replace(key, {payload: record.payload, expiresAt})).outcome === 'written'
		},
	}),
	'touch that always says yes': store => ({
		touch: async (key, expiresAt) => {
			await store.touch(key, expiresAt)
			return true
		},
	}),
	'read that does not extend': store => ({read: key => store.read(key)}),
	'read that always extends': store => ({
		read: (key, extend) => store.read(key, extend && {...extend, ifBefore: Number.POSITIVE_INFINITY}),
	}),
	'list that ignores the prefix': store => ({list: () => store.list?.({prefix: ''}) ?? nothing()}),
	'sweep in one batch': store => ({sweep: () => store.sweep?.({batch: 1000}) ?? nothing()}),
	'sweep that cannot be stopped': store => ({sweep: ({batch}) => store.sweep?.({batch}) ?? nothing()}),
	'sweep that stops after a batch': store => ({
		capabilities: {...store.capabilities, selfCleaning: false},
		async *sweep(options) {
			for await (const removed of store.sweep?.(options) ?? []) return void (yield removed)
		},
	}),
	'expiry that is ignored': store => {
		const forever = (entry: StoreEntry) => ({...entry, expiresAt: Number.MAX_SAFE_INTEGER})
		return {
			create: (key, entry) => store.create(key, forever(entry)),
			replace: (key, entry, revision) => store.replace(key, forever(entry), revision),
			touch: key => store.touch(key, Number.MAX_SAFE_INTEGER),
		}
	},
	'text instead of bytes': store => ({
		create: (key, entry) => store.create(key, asText(entry)),
		replace: (key, entry, revision) => store.replace(key, asText(entry), revision),
	}),
	'memory that is shared with the caller': store => {
		const given = new Map<string, Uint8Array>()
		return {
			async create(key, entry) {
				given.set(key, entry.payload)
				return store.create(key, entry)
			},
			async read(key, options) {
				const record = await store.read(key, options)
				return record && {...record, payload: given.get(key) ?? record.payload}
			},
		}
	},
	'reads that share their bytes': store => {
		const found = new Map<string, FoundRecord>()
		return {
			async read(key, extend) {
				const record = await store.read(key, extend)
				const before = found.get(key)
				if (record === undefined || before?.revision === record.revision) {
					return record && {...record, payload: before?.payload ?? record.payload}
				}
				found.set(key, record)
				return record
			},
		}
	},
	'keys without case': store => ({
		read: (key, options) => store.read(key.toLowerCase(), options),
		create: (key, entry) => store.create(key.toLowerCase(), entry),
	}),
	'close that can be called once': store => {
		let closed = false
		return {
			async close() {
				if (closed) throw new Error('closed already')
				closed = true
				await store.close()
			},
		}
	},
	'handles that do not see each other': () => ({}),
}

test('a store that keeps the contract passes', async t => {
	t.deepEqual(await failures(() => ({})), [])
})

for (const [fault, breakStore] of Object.entries(faults)) {
	test(`the suite fails for a store with ${fault}`, async t => {
		const failed = await failures(breakStore, fault.startsWith('handles'))
		t.log(failed.join('; '))
		t.true(failed.length > 0)
	})
}

async function failures(
	breakStore: (store: SessionStore) => Partial<SessionStore>,
	separateHandles = false,
): Promise<string[]> {
	const open = async () => {
		const context = manualContext()
		const whole = memoryStore({}, context)
		const store = {...whole, ...breakStore(whole)}
		const another = async () => (separateHandles ? memoryStore({}, context) : {...store, close: async () => {}})
		return {store, another, now: context.now, advance: context.advance, release: () => whole.close()}
	}
	const failed: string[] = []
	for (const {title, run} of storeConformance({name: 'broken', open})) {
		await run().catch(() => failed.push(title))
	}
	return failed
}

async function upsert(store: SessionStore, key: string, entry: StoreEntry): Promise<CreateResult & ReplaceResult> {
	const result = await store.create(key, entry)
	if (result.outcome === 'conflict') await store.replace(key, entry)
	return {outcome: 'written', revision: 0}
}

function asText({payload, expiresAt}: StoreEntry): StoreEntry {
	return {payload: Buffer.from(Buffer.from(payload).toString('utf8')), expiresAt}
}

async function* nothing() {}
