/** The names of options: canonical ones, aliases, and those that are neither but look like one. */

import {isDeepStrictEqual} from 'node:util'
import type {ConfigProblem} from '../errors.js'
import {foreignNames, options} from '../generated/options.js'
import type {OptionName} from '../generated/types.js'

/** Every canonical name, in the order of the schema. */
export const OPTION_NAMES = Object.keys(options) as readonly OptionName[]

const CANONICAL: ReadonlyMap<string, OptionName> = new Map(
	OPTION_NAMES.flatMap(name => [name, ...options[name].aliases].map(given => [given, name] as const)),
)

const FOREIGN: ReadonlySet<string> = new Set(foreignNames)

const MAX_TYPOS = 2

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
 * are none; every other name is somebody else's.
 *
 * @param entries names and values; a value that is `undefined` counts as not given
 * @param isOurs which unknown names are faults, beside those that are nearly a known one
 */
export function readNames(
	entries: Iterable<readonly [string, unknown]>,
	isOurs: (name: string) => boolean,
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
	for (const name of unknown) {
		const {nearest, typos} = nearestName(name)
		if (FOREIGN.has(name) || !(isOurs(name) || typos <= MAX_TYPOS)) continue
		problems.push({key: name, expected: `a known option, the nearest is ${nearest}`, received: 'an unknown option'})
	}
	return {given, problems}
}

function twice(canonical: OptionName, first: string, second: string): ConfigProblem {
	return {key: canonical, expected: 'one value', received: `different values as ${first} and as ${second}`}
}

// Clients are compared by identity: they are large, and two that look alike are still two connections.
function isSame(one: unknown, other: unknown, name: OptionName): boolean {
	return options[name].methodSets === undefined ? isDeepStrictEqual(one, other) : Object.is(one, other)
}

function nearestName(name: string): {nearest: string; typos: number} {
	let best = {nearest: '', typos: Number.MAX_SAFE_INTEGER}
	for (const nearest of CANONICAL.keys()) {
		// The distance is at least the difference in length; an environment has many names that are not ours.
		if (Math.abs(name.length - nearest.length) >= best.typos) continue
		const typos = editDistance(name.toUpperCase(), nearest)
		if (typos < best.typos) best = {nearest, typos}
	}
	return best
}

/** The least number of characters to insert, delete or replace that turns `from` into `to` (Levenshtein). */
export function editDistance(from: string, to: string): number {
	let row = Array.from({length: to.length + 1}, (_, column) => column)
	for (let i = 1; i <= from.length; i++) {
		const next = [i]
		for (let j = 1; j <= to.length; j++) {
			const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
			next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
		}
		row = next
	}
	return row[to.length] ?? 0
}
