/**
 * `create`, `replace`, `touch` and `delete` for backends that cannot compare and write in one command, but can run a
 * few steps on one record without anybody else in between: a queue, a lock file, a transaction.
 */

import type {DeleteResult, ReplaceResult, Revision, SessionStore, StoreEntry, StoreRecord} from '../contract.js'

/** What can be done to the record under one key while nobody else works on it. */
export interface RecordAccess {
	/** The live record. */
	find(): Promise<StoreRecord | undefined>
	/** Stores an entry over whatever is there, and gives its revision. */
	put(entry: StoreEntry): Promise<Revision>
	/** Moves the expiry of the record that `find` has just found. */
	extend(expiresAt: number): Promise<void>
	/** Removes the record that `find` has just found. */
	remove(): Promise<void>
}

/** Runs `step` on the record under `key` while no other step of that key is under way. */
export type Exclusively = <T>(key: string, step: (record: RecordAccess) => Promise<T>) => Promise<T>

/** The writing methods of a store. */
export type ComparingMethods = Pick<SessionStore, 'create' | 'replace' | 'touch' | 'delete'>

/** The writing methods of a store by `exclusively`: each finds the record, compares, and writes. */
export function comparing(exclusively: Exclusively): ComparingMethods {
	return {
		create: (key, entry) =>
			exclusively(key, async record =>
				(await record.find()) === undefined
					? {outcome: 'written', revision: await record.put(entry)}
					: {outcome: 'conflict'},
			),

		replace: (key, entry, revision) =>
			exclusively<ReplaceResult>(
				key,
				async record =>
					refusal(await record.find(), revision) ?? {outcome: 'written', revision: await record.put(entry)},
			),

		touch: (key, expiresAt) =>
			exclusively(key, async record => {
				if ((await record.find()) === undefined) return false
				await record.extend(expiresAt)
				return true
			}),

		delete: (key, revision) =>
			exclusively<DeleteResult>(key, async record => {
				const refused = refusal(await record.find(), revision)
				if (refused === undefined) await record.remove()
				return refused ?? {outcome: 'deleted'}
			}),
	}
}

function refusal(found: StoreRecord | undefined, revision: Revision | undefined) {
	if (found === undefined) return {outcome: 'gone'} as const
	if (revision === undefined || revision === found.revision) return undefined
	return {outcome: 'conflict', current: found} as const
}
