/** The keys of the Koa application, which sign session ids when SECRET_KEY is not set. */

import type {ConfigProblem} from '../errors.js'
import {describe} from './describe.js'

/** A key to sign with and those that only verify, or why there is none. */
export type AppKeys =
	| {readonly key: string | Uint8Array; readonly fallbacks: readonly (string | Uint8Array)[]}
	| {readonly problem: ConfigProblem}

/**
 * Reads `app.keys`: the first signs, the rest verify.
 *
 * @returns `undefined` when there are no keys
 */
export function readAppKeys(appKeys: unknown): AppKeys | undefined {
	if (appKeys === undefined || appKeys === null) return undefined
	if (!Array.isArray(appKeys)) {
		return problem(`app.keys as ${describe(appKeys, true)}, whose keys cannot be reached`)
	}
	const unfit = appKeys.findIndex(key => !isKey(key))
	if (unfit >= 0) return problem(`app.keys with ${describe(appKeys[unfit], true)} at [${unfit}]`)
	const [key, ...fallbacks] = appKeys as (string | Uint8Array)[]
	return key === undefined ? undefined : {key, fallbacks}
}

function isKey(key: unknown): boolean {
	return (typeof key === 'string' || key instanceof Uint8Array) && key.length > 0
}

function problem(received: string): AppKeys {
	return {problem: {key: 'SECRET_KEY', expected: 'SECRET_KEY, or a list of texts or bytes in app.keys', received}}
}
