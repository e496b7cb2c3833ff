/** What the registry of stores says, without loading any of them. */

import {storeRegistry} from '../../generated/stores.js'

/** The session types that can be chosen, `null` apart. */
export function availableTypes(): string[] {
	return Object.keys(storeRegistry).filter(type => type !== 'null')
}
