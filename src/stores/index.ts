/** The one door to the stores: nothing else imports a store module, so that only the chosen one is loaded. */

import {SessionError} from '../errors.js'
import {storeRegistry} from '../generated/stores.js'
import type {ResolvedConfig} from '../generated/types.js'
import type {Store, StoreContext} from './contract.js'
import {importPeer} from './support/peer-package.js'
import {availableTypes} from './support/registry.js'

/**
 * Makes and opens the store of SESSION_TYPE. May be called again after it has failed.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` when the type is not available; `ERR_SESSION_PACKAGE_MISSING` when the
 * package of its client is not installed; what the store throws when it cannot be opened
 */
export async function openStore(config: ResolvedConfig, context: StoreContext): Promise<Store> {
	const {load, peerPackage = config.SESSION_TYPE} = storeRegistry[config.SESSION_TYPE]
	if (load === undefined) throw notAvailable(config.SESSION_TYPE)
	const {createStore} = await importPeer(peerPackage, load)
	const store = await importPeer(peerPackage, async () => createStore(config, context))
	try {
		await store.open?.()
	} catch (error) {
		await store.close().catch(() => {})
		throw error
	}
	return store
}

function notAvailable(type: string): SessionError {
	const expected = `one of ${availableTypes().join(', ')}`
	return new SessionError('ERR_SESSION_CONFIG', `SESSION_TYPE '${type}' is not available yet; use ${expected}.`, {
		problems: [{key: 'SESSION_TYPE', expected, received: type}],
	})
}
