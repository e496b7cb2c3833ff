/** The revision that is the stored value itself: nothing is added to a shared layout, and comparing is exact. */

import type {Revision, StoreRecord} from '../contract.js'
import {asBuffer} from './bytes.js'

/** The bytes of a revision, as a backend compares them with what it holds. */
export function bytesOf(revision: Revision): Buffer {
	return revision instanceof Uint8Array ? asBuffer(revision) : Buffer.from(String(revision))
}

/** The record of a stored value. An empty value counts as absent, as in Flask-Session. */
export function recordOf(value: Uint8Array | null | undefined, expiresAt?: number): StoreRecord | undefined {
	if (value === null || value === undefined || value.byteLength === 0) return undefined
	return expiresAt === undefined ? {payload: value, revision: value} : {payload: value, revision: value, expiresAt}
}

/** The result for a record that holds another value than expected. */
export function conflictWith(value: Uint8Array, expiresAt?: number) {
	const current: StoreRecord = {payload: value, revision: value, ...(expiresAt !== undefined && {expiresAt})}
	return {outcome: 'conflict', current} as const
}
