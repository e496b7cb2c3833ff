/** `SESSION_TYPE: 'custom'`: the store in SESSION_STORE, any object that meets `contract.ts`. */

import {SessionError} from '../errors.js'
import type {Capabilities, Store, StoreContext} from './contract.js'
import type {StoreFactory} from './factory.js'

const REQUIRED = ['read', 'create', 'replace', 'touch', 'delete', 'close'] as const

const WEAKEST: Capabilities = {atomicWrites: false, extendsOnRead: false, selfCleaning: false, scope: 'process'}

/** The store of `SESSION_TYPE: 'custom'`. */
export const createStore: StoreFactory = ({SESSION_STORE: store}, context) => customStore(store, context)

/**
 * The given store. Capabilities that it does not declare count as absent, with a warning that says what is lost.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` when a method of the minimum is missing
 */
export function customStore(store: unknown, context: StoreContext): Store {
	const missing = REQUIRED.filter(name => typeof (store as Partial<Store> | undefined)?.[name] !== 'function')
	if (missing.length > 0) throw incomplete(missing)
	const given = store as Store
	const undeclared = Object.keys(WEAKEST).filter(name => !(name in (given.capabilities ?? {})))
	if (undeclared.length === 0) return given
	context.warn(
		`The store in SESSION_STORE does not declare its capabilities (${undeclared.join(', ')}), so the weakest are ` +
			'assumed: overlapping requests can lose each other’s writes, a destroyed session can come back, and extending ' +
			'a session costs a second call.',
		'KSS_STORE_CAPABILITIES',
	)
	return withCapabilities(given, {...WEAKEST, ...given.capabilities})
}

function withCapabilities(store: Store, capabilities: Capabilities): Store {
	const {open, sweep, list} = store
	return {
		capabilities,
		...(open && {open: () => open.call(store)}),
		read: (key, options) => store.read(key, options),
		create: (key, entry) => store.create(key, entry),
		replace: (key, entry, revision) => store.replace(key, entry, revision),
		touch: (key, expiresAt) => store.touch(key, expiresAt),
		delete: (key, revision) => store.delete(key, revision),
		...(sweep && {sweep: options => sweep.call(store, options)}),
		...(list && {list: options => list.call(store, options)}),
		close: () => store.close(),
	}
}

function incomplete(missing: readonly string[]): SessionError {
	const expected = `an object with the methods ${REQUIRED.join(', ')}`
	return new SessionError('ERR_SESSION_CONFIG', `SESSION_STORE takes ${expected}; missing: ${missing.join(', ')}.`, {
		problems: [{key: 'SESSION_STORE', expected, received: `an object without ${missing.join(', ')}`}],
	})
}
