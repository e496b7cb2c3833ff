/** The one door to the stores: nothing else imports a store module, so that only the chosen one is loaded. */

import {storeRegistry} from '../generated/stores.js'
import type {ResolvedConfig} from '../generated/types.js'
import type {SessionStore, StoreContext} from './contract.js'

/**
 * Makes the store of SESSION_TYPE, without opening it. Closing it leaves a client or store that was passed in open.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` when what was passed in is no such store
 */
export async function createStore(config: ResolvedConfig, context: StoreContext): Promise<SessionStore> {
	const module = await storeRegistry[config.SESSION_TYPE].load()
	return module.createStore(config, context)
}
