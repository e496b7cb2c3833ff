/** Writes `src/generated/stores.ts`: the registry through which the rest reaches the stores. */

import type {Schema, SessionType} from './model.js'

/** The text of the module. */
export function emitStores(schema: Schema): string {
	return `import type {StoreFactory} from '../stores/factory.js'
import type {SessionType} from './types.js'

/** Where the store of a session type comes from. */
export interface RegistryEntry {
	/** Imports the store's module. */
	readonly load: () => Promise<{readonly createStore: StoreFactory}>
}

/** The stores by session type. A store is imported when it is chosen and not before. */
export const storeRegistry: Readonly<Record<SessionType, RegistryEntry>> = {
${schema.sessionTypes.map(entry).join('\n')}
}
`
}

function entry({name, title, summary}: SessionType): string {
	return `\t/** ${title}. ${summary} */
	${name}: {load: () => import('../stores/${name}.js')},`
}
