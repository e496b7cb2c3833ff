/** Warns those who use what will be removed: in the words of the schema, once for each process. */

import {options, sessionTypes} from '../generated/options.js'
import type {OptionName, SessionType} from '../generated/types.js'
import type {Deprecation} from './table.js'

const warned = new Set<string>()

/** Warns for every deprecated option that was given, and for the session type. */
export function warnDeprecations(given: Iterable<OptionName>, sessionType: SessionType): void {
	const used: (Deprecation | undefined)[] = [
		...[...given].map(name => options[name].deprecation),
		sessionTypes[sessionType].deprecation,
	]
	for (const deprecation of used) {
		if (deprecation === undefined || warned.has(deprecation.code)) continue
		warned.add(deprecation.code)
		process.emitWarning(deprecation.text, 'DeprecationWarning', deprecation.code)
	}
}
