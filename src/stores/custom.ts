/** `SESSION_TYPE: 'custom'`: the store in SESSION_STORE, any object that meets `contract.ts`. */

import type {StoreFactory} from './factory.js'
import {givenStore} from './support/given-store.js'

/** The store of `SESSION_TYPE: 'custom'`. */
export const createStore: StoreFactory = ({SESSION_STORE: store}, context) =>
	givenStore('SESSION_STORE', store, context)
