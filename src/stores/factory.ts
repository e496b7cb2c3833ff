/** What a store module gives to the registry: types only. */

import type {ResolvedConfig} from '../generated/types.js'
import type {SessionStore, StoreContext} from './contract.js'

/**
 * Makes the store of one session type from a checked configuration; every store module exports one as `createStore`.
 * It connects to nothing: that is the task of `open`.
 */
export type StoreFactory = (config: ResolvedConfig, context: StoreContext) => SessionStore
