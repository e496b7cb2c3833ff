/** The names of options: canonical ones, aliases, and those that are neither but look like one. */

import {isDeepStrictEqual} from 'node:util'
import type {ConfigProblem} from '../errors.js'
import {options} from '../generated/options.js'
import type {OptionName} from '../generated/types.js'
import {type Origin, unknownName} from './unknown-names.js'

/** Every canonical name, in the order of the schema. */
export const OPTION_NAMES = Object.keys(options) as readonly OptionName[]

const CANONICAL: ReadonlyMap<string, OptionName> = new Map(
	OPTION_NAMES.flatMap(name => [name, ...options[name].aliases].map(given => [given, name] as const)),
)

/** An option that was given. */
export interface Given {
	/** The name that was used: the canonical one or an alias. */
	readonly name: string
	readonly value: unknown
}

/** The canonical name of an option or alias; `undefined` when `name` is neither. */
function canonicalName(name: string): OptionName | undefined {
	return CANONICAL.get(name)
}

/**
 * Sorts the entries of a configuration by canonical name. Aliases first, then the names that look like an option and
 * are none; every other name is for somebody else.
 *
 * @param entries names and values; a value that is `undefined` counts as not given
 * @param origin decides which unknown names are for us
 */
export function readNames(
	entries: Iterable<readonly [string, unknown]>,
	origin: Origin,
): {given: ReadonlyMap<OptionName, Given>; problems: readonly ConfigProblem[]} {
	const given = new Map<OptionName, Given>()
	const problems: ConfigProblem[] = []
	const unknown: string[] = []
	for (const [name, value] of entries) {
		if (value === undefined) continue
		const canonical = canonicalName(name)
		if (canonical === undefined) {
			unknown.push(name)
			continue
		}
		const other = given.get(canonical)
		if (other === undefined) given.set(canonical, {name, value})
		else if (!isSame(other.value, value, canonical)) problems.push(twice(canonical, other.name, name))
	}
	const unknownProblems = unknown.flatMap(name => unknownName(name, [...CANONICAL.keys()], origin) ?? [])
	return {given, problems: [...problems, ...unknownProblems]}
}

function twice(canonical: OptionName, first: string, second: string): ConfigProblem {
	return {key: canonical, expected: 'one value', received: `different values as ${first} and as ${second}`}
}

// Clients are compared by identity: they are large, and two that look alike are still two connections.
function isSame(one: unknown, other: unknown, name: OptionName): boolean {
	return options[name].methodSets === undefined ? isDeepStrictEqual(one, other) : Object.is(one, other)
}
