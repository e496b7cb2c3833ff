/** Stores with compare-and-swap switched off, for the proof that the tests would notice. */

import type {SessionStore} from '../../src/index.js'

/** Overwrites and deletes whatever the revision is. */
export function withoutRevisions(store: SessionStore): SessionStore {
	return {
		...store,
		replace: (key, entry) => store.replace(key, entry),
		delete: key => store.delete(key),
	}
}

/** Keeps revisions, but deletes whatever the record has become. */
export function deletingBlindly(store: SessionStore): SessionStore {
	return {...store, delete: key => store.delete(key)}
}

/** Compares revisions, but creates where the record has gone, as an upsert does. */
export function upserting(store: SessionStore): SessionStore {
	return {
		...store,
		async replace(key, entry, revision) {
			const result = await store.replace(key, entry, revision)
			if (result.outcome !== 'gone') return result
			const created = await store.create(key, entry)
			return created.outcome === 'written' ? created : {outcome: 'conflict'}
		},
	}
}

/** Extends by writing back what it has read, as a store without an expiry of its own might. */
export function extendingByRewriting(store: SessionStore): SessionStore {
	return {
		...store,
		capabilities: {...store.capabilities, extendsOnRead: false},
		async touch(key, expiresAt) {
			const record = await store.read(key)
			// another request may write between the two
			await new Promise(resolve => setImmediate(resolve))
			if (record === undefined) return false
			return (await store.replace(key, {payload: record.payload, expiresAt})).outcome === 'written'
		},
	}
}
