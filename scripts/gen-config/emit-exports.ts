/** Writes the subpaths of the stores into `package.json`: `koa-server-session/stores/redis`. */

import type {Schema} from './model.js'

/** The subpath after which those of the stores stand, and whose conditions they have. */
const MODEL = './testing'

type Exports = Readonly<Record<string, unknown>>

/** The text of `package.json` with a subpath for each store that is not internal; the rest of it stays. */
export function emitExports(packageJson: string, schema: Schema): string {
	const manifest = JSON.parse(packageJson) as {exports: Exports}
	const stores = schema.sessionTypes.filter(({internal}) => !internal).map(({name}) => name)
	const exports = Object.entries(manifest.exports).flatMap(([subpath, conditions]) => {
		if (subpath.startsWith('./stores/')) return []
		const entry = [subpath, conditions] as const
		return subpath === MODEL
			? [entry, ...stores.map(name => [`./stores/${name}`, forStore(name, conditions)])]
			: [entry]
	})
	return `${JSON.stringify({...manifest, exports: Object.fromEntries(exports)}, null, '\t')}\n`
}

function forStore(name: string, conditions: unknown): unknown {
	return JSON.parse(JSON.stringify(conditions).replaceAll('/testing/index.', `/stores/${name}.`))
}
