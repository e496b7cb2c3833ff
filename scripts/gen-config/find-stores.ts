/** Finds the stores that this version has. */

import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

/** The files of `directory` that export `createStore`, without `.ts`; the others help them. */
export function findStores(directory: string): ReadonlySet<string> {
	const names = readdirSync(directory).filter(name => name.endsWith('.ts'))
	const stores = names.filter(name => /^export const createStore\b/mu.test(readFileSync(join(directory, name), 'utf8')))
	return new Set(stores.map(name => name.slice(0, -'.ts'.length)))
}
