/** What the passes of the lint have in common: the kinds of mistakes, and how one is reported. */

import type {SchemaFile} from './schema-file.js'

/** The kinds of mistakes that the lint of the schema finds; `config-schema/README.md` lists them for people. */
export const LINT_RULES = [
	'yaml',
	'grammar',
	'summary-missing',
	'sentence',
	'since',
	'removal-missing',
	'removal-too-early',
	'duplicate-name',
	'duplicate-alias',
	'alias-is-name',
	'unknown-option',
	'unknown-session-type',
	'unknown-replacement',
	'unknown-rule',
	'unused-rule',
	'unused-store',
	'capabilities-when',
	'key-of-other-type',
	'key-missing',
	'bounds',
	'pattern-text',
	'environment-form',
	'default-type',
	'default-bounds',
	'default-enum',
	'secret-value',
	'example',
] as const

/** One of {@link LINT_RULES}. */
export type LintRule = (typeof LINT_RULES)[number]

/** A step from a value to one inside it. */
export type Path = readonly (string | number)[]

/** One mistake in the schema. */
export interface Fault {
	readonly file: string
	readonly line: number
	/** The kind of mistake. */
	readonly rule: LintRule
	readonly message: string
}

/** Reports a fault at a place in the schema. */
export type Report = (path: Path, rule: LintRule, message: string) => void

/** What the hand-written code has of what the schema names. */
export interface HandWritten {
	/** The ids of the checks in `src/config/rules.ts`. */
	readonly ruleIds: ReadonlySet<string>
	/** The stores under `src/stores/`. */
	readonly storeModules: ReadonlySet<string>
}

/** One pass over a schema that has passed the grammar. */
export type LintPass = (schema: SchemaFile, report: Report, handWritten: HandWritten) => void
