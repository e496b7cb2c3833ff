/** The keys of the Koa application, which sign session ids when SECRET_KEY is not set. */

import type {ConfigProblem} from '../errors.js'
import type {ResolvedConfig} from '../generated/types.js'
import {describe} from './describe.js'

/**
 * The configuration with the keys of the application, where the signer needs them: the first signs, the rest verify,
 * before SECRET_KEY_FALLBACKS.
 *
 * @param appKeys `app.keys`
 * @returns with `problem` when there are keys that cannot be used
 */
export function withAppKeys(
	config: ResolvedConfig,
	appKeys: unknown,
): {readonly config: ResolvedConfig; readonly problem?: ConfigProblem} {
	const needed = config.SESSION_USE_SIGNER && config.SECRET_KEY === undefined
	if (!needed || appKeys === undefined || appKeys === null) return {config}
	const received = describeUnusable(appKeys)
	if (received !== undefined) {
		const expected = 'SECRET_KEY, or a list of strings or bytes in app.keys'
		return {config, problem: {key: 'SECRET_KEY', expected, received}}
	}
	const [key, ...others] = appKeys as readonly (string | Uint8Array)[]
	const fallbacks = Object.freeze([...others, ...config.SECRET_KEY_FALLBACKS])
	return {config: {...config, SECRET_KEY: key, SECRET_KEY_FALLBACKS: fallbacks}}
}

function describeUnusable(appKeys: unknown): string | undefined {
	// A Keygrip holds its keys where nobody can read them.
	if (!Array.isArray(appKeys)) return `app.keys as ${describe(appKeys, true)}, whose keys cannot be reached`
	const unfit = appKeys.findIndex(key => !isKey(key))
	return unfit < 0 ? undefined : `app.keys with ${describe(appKeys[unfit], true)} at [${unfit}]`
}

function isKey(key: unknown): boolean {
	return (typeof key === 'string' || key instanceof Uint8Array) && key.length > 0
}
