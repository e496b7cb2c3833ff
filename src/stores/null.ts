/**
 * The store of `SESSION_TYPE: 'null'`: it holds nothing. A session can be read, and is empty; the first write is an
 * error that says which types there are. Nothing is stored, so nothing can race.
 */

import {SessionError} from '../errors.js'
import type {SessionStore} from './contract.js'
import type {StoreFactory} from './factory.js'
import {availableTypes} from './support/registry.js'

/** Options of {@link nullStore}. */
export interface NullStoreOptions {
	/** The session types to name in the error. */
	readonly types?: readonly string[]
}

/** The store of a configuration: the error names the types of the registry. */
export const createStore: StoreFactory = () => {
	return nullStore({types: availableTypes()})
}

/** A store that is always empty and whose writes reject with `ERR_SESSION_NULL_STORE`. */
export function nullStore({types = []}: NullStoreOptions = {}): SessionStore {
	return {
		capabilities: {atomicWrites: true, extendsOnRead: true, selfCleaning: true, scope: 'process', expirySlackMs: 0},
		async read() {
			return undefined
		},
		async create() {
			throw noStore(types)
		},
		async replace() {
			throw noStore(types)
		},
		async touch() {
			return false
		},
		async delete() {
			return {outcome: 'gone'}
		},
		async *list() {},
		async close() {},
	}
}

function noStore(types: readonly string[]): SessionError {
	const choice = types.length > 0 ? ` to one of ${types.join(', ')}` : ''
	return new SessionError(
		'ERR_SESSION_NULL_STORE',
		`The session cannot be stored: SESSION_TYPE is 'null', which holds nothing. Set SESSION_TYPE${choice}.`,
	)
}
