/** The one door to the stores: nothing else imports a store module, so that only the chosen one is loaded. */

import {storeRegistry} from '../generated/stores.js'
import type {ResolvedConfig} from '../generated/types.js'
import type {Store, StoreContext} from './contract.js'

/**
 * Makes and opens the store of SESSION_TYPE. May be called again after it has failed.
 *
 * @throws {SessionError} `ERR_SESSION_PACKAGE_MISSING` when the package of its client is not installed; what the store
 * throws when it cannot be opened
 */
export async function openStore(config: ResolvedConfig, context: StoreContext): Promise<Store> {
	const {createStore} = await storeRegistry[config.SESSION_TYPE].load()
	const store = await createStore(config, context)
	try {
		await store.open?.()
	} catch (error) {
		await store.close().catch(() => {})
		throw error
	}
	return store
}
