/** Finds options that another session type reads: a client that nobody uses is a mistake in one of the two. */

import type {ConfigProblem} from '../errors.js'
import {options} from '../generated/options.js'
import type {OptionName, SessionType} from '../generated/types.js'
import type {Given} from './names.js'
import type {OptionEntry} from './table.js'

/** A problem for every option in `given` that `type` does not read. */
export function misplacedOptions(given: ReadonlyMap<OptionName, Given>, type: SessionType): ConfigProblem[] {
	const chosen = given.has('SESSION_TYPE') ? `SESSION_TYPE '${type}'` : `no SESSION_TYPE, which is '${type}'`
	return [...given].flatMap(([name, {name: key, value}]) => {
		const {appliesTo, nullable}: OptionEntry = options[name]
		if (appliesTo === undefined || appliesTo.includes(type) || (value === null && nullable)) return []
		const types = appliesTo.map(other => `'${other}'`).join(' or ')
		return [{key, expected: `SESSION_TYPE ${types} beside it`, received: chosen}]
	})
}
