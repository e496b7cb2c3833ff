/**
 * The shape of the generated tables: what the hand-written interpreter knows of an option. Types only; the data is in
 * `src/generated/options.ts`.
 */

import type {SessionType} from '../generated/types.js'

/** What an option takes; `config-schema/README.md` explains each. */
export type OptionType =
	| 'boolean'
	| 'integer'
	| 'string'
	| 'enum'
	| 'duration'
	| 'domain'
	| 'fileMode'
	| 'object'
	| 'key'
	| 'keys'
	| 'sessionType'
	| 'function'
	| 'client'

/** How the string of an environment variable becomes a value. */
export type EnvironmentForm = 'boolean' | 'integer' | 'string' | 'duration' | 'octal' | 'json' | 'none'

/** A warning for those who still use something. */
export interface Deprecation {
	/** The stable code of the warning. */
	readonly code: string
	/** The words of the schema. */
	readonly text: string
}

/** One option. */
export interface OptionEntry {
	readonly type: OptionType
	/** What it takes, in words: `an integer of at least 1`. */
	readonly expected: string
	readonly environment: EnvironmentForm
	readonly aliases: readonly string[]
	/** The session types that read it; absent: all. */
	readonly appliesTo?: readonly SessionType[]
	/** In the form in which a user would give it; absent when there is none. */
	readonly default?: unknown
	/** The least value; of a duration in seconds. */
	readonly min?: number
	/** The greatest value; of a duration in seconds. */
	readonly max?: number
	/** The values of an enum. */
	readonly values?: readonly string[]
	/** The letter case of an enum does not matter. */
	readonly ignoreCase?: true
	/** Null means the same as leaving it out. */
	readonly nullable?: true
	/** The value never appears in a message. */
	readonly secret?: true
	/** A client must have all the methods of one of these sets. */
	readonly methodSets?: readonly (readonly string[])[]
	/** A client may also be given as a string. */
	readonly stringAllowed?: true
	readonly deprecation?: Deprecation
}

/** One value of SESSION_TYPE. */
export interface SessionTypeEntry {
	readonly aliases: readonly string[]
	readonly deprecation?: Deprecation
}

/** One relation between options. */
export interface RuleEntry {
	/** The options it looks at; a problem is reported under the first. */
	readonly options: readonly string[]
	/** What must hold, and when. */
	readonly expected: string
}
