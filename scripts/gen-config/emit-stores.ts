/** Writes `src/generated/stores.ts`: the registry through which the rest reaches the stores. */

import {quoted} from './literal.js'
import type {Schema, SessionType} from './model.js'

/** The text of the module. */
export function emitStores(schema: Schema): string {
	return `import type {StoreFactory} from '../stores/factory.js'
import type {OptionName, SessionType} from './types.js'

/** Where the store of a session type comes from. */
export interface StoreEntry {
	/** False while this version has no store for the type. */
	readonly available: boolean
	/** The package of the client; its users install it. */
	readonly peerPackage?: string
	/** The option that takes the client. */
	readonly client?: OptionName
	/** Imports the store's module; absent while it is not available. */
	readonly load?: () => Promise<{readonly createStore: StoreFactory}>
}

/** The stores by session type. A store is imported when it is chosen and not before. */
export const storeRegistry: Readonly<Record<SessionType, StoreEntry>> = {
${schema.sessionTypes.map(entry).join('\n')}
}
`
}

function entry(type: SessionType): string {
	const fields = [
		`available: ${type.available}`,
		...(type.peerPackage === undefined ? [] : [`peerPackage: ${quoted(type.peerPackage)}`]),
		...(type.client === undefined ? [] : [`client: ${quoted(type.client)}`]),
		...(type.available ? [`load: () => import('../stores/${type.module}.js')`] : []),
	]
	return `\t/** ${type.title}. ${type.available ? type.summary : 'Not yet available.'} */
	${type.name}: {
${fields.map(field => `\t\t${field},`).join('\n')}
	},`
}
