/** Tells the names that are meant for us, and are no option, from those that are for somebody else. */

import type {ConfigProblem} from '../errors.js'
import {foreignNames, otherLibraries} from '../generated/options.js'
import {nearest} from './nearest.js'

/** Where a name comes from: an environment is shared with other programs, the object of a call is not. */
export type Origin = 'object' | 'environment'

const PREFIX = 'SESSION_'

/** So near to a known name that it is a typo, whatever it looks like. */
const TYPO = 2

/**
 * What is wrong with a name that is no option; `undefined` when it is for somebody else.
 *
 * @param known the names of all options and their aliases
 */
export function unknownName(name: string, known: readonly string[], origin: Origin): ConfigProblem | undefined {
	const isForeign = foreignNames.includes(name)
	if (isForeign && origin === 'environment') return undefined
	const instead = Object.hasOwn(otherLibraries, name) ? otherLibraries[name] : undefined
	if (instead !== undefined && (origin === 'object' || name.startsWith(PREFIX)))
		return {key: name, expected: instead, received: 'an option of another session library'}
	if (isForeign || !(looksLikeOption(name, origin) || nearest(name, known, TYPO))) return undefined
	const meant = nearest(name, known, hintWithin(name))
	const expected = meant === undefined ? 'a known option' : `a known option, the nearest is ${meant}`
	return {key: name, expected, received: 'an unknown option'}
}

function looksLikeOption(name: string, origin: Origin): boolean {
	return origin === 'environment' ? name.startsWith(PREFIX) : name.includes('SESSION')
}

// A third of what is not the common prefix: with more, another name is nearest by chance.
function hintWithin(name: string): number {
	const own = name.startsWith(PREFIX) ? name.length - PREFIX.length : name.length
	return Math.max(1, Math.floor(own / 3))
}
