/** A store that the application has made and passed in. */

import {configError} from '../../errors.js'
import type {SessionStore, StoreCapabilities, StoreContext} from '../contract.js'

const REQUIRED = ['read', 'create', 'replace', 'touch', 'delete', 'close'] as const

const WEAKEST: StoreCapabilities = {
	atomicWrites: false,
	extendsOnRead: false,
	selfCleaning: false,
	scope: 'process',
	expirySlackMs: 0,
}

/**
 * The given store, for the core: it is opened, and never closed, because whoever made it closes it. Capabilities that
 * it does not declare count as the weakest, with a warning that says what is lost.
 *
 * @param option the option that it came in, for the messages
 * @throws {SessionError} `ERR_SESSION_CONFIG` when a method of the minimum is missing
 */
export function givenStore(option: string, given: unknown, context: StoreContext): SessionStore {
	const missing = REQUIRED.filter(name => typeof (given as Partial<SessionStore> | undefined)?.[name] !== 'function')
	if (missing.length > 0) {
		const expected = `an object with the methods ${REQUIRED.join(', ')}`
		throw configError([{key: option, expected, received: `an object without ${missing.join(', ')}`}])
	}
	const store = given as SessionStore
	const undeclared = Object.keys(WEAKEST).filter(name => !(name in (store.capabilities ?? {})))
	if (undeclared.length > 0) {
		context.warn(
			`The store in ${option} does not declare its capabilities (${undeclared.join(', ')}), so the weakest are ` +
				'assumed: overlapping requests can lose each other’s writes, a destroyed session can come back, and extending ' +
				'a session costs a second call.',
			'KSS_STORE_CAPABILITIES',
		)
	}
	const {open, sweep, list} = store
	return {
		get capabilities() {
			return undeclared.length === 0 ? store.capabilities : {...WEAKEST, ...store.capabilities}
		},
		...(open && {open: () => open.call(store)}),
		read: (key, extend) => store.read(key, extend),
		create: (key, entry) => store.create(key, entry),
		replace: (key, entry, revision) => store.replace(key, entry, revision),
		touch: (key, expiresAt) => store.touch(key, expiresAt),
		delete: (key, revision) => store.delete(key, revision),
		...(sweep && {sweep: options => sweep.call(store, options)}),
		...(list && {list: options => list.call(store, options)}),
		close: async () => {},
	}
}
