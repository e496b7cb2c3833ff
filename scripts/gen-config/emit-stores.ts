/** Writes `src/generated/stores.ts`: the registry through which the rest reaches the stores. */

import {quoted} from './literal.js'
import type {Schema, SessionType} from './model.js'

/** The text of the module. */
export function emitStores(schema: Schema): string {
	return `/** The stores by session type. A store is imported when it is chosen and not before. */
export const stores = {
${schema.sessionTypes.map(entry).join('\n')}
} as const
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
