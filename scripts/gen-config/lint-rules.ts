/** The kinds of mistakes that the lint of the schema finds; `config-schema/README.md` lists them for people. */
export const LINT_RULES = [
	'yaml',
	'grammar',
	'summary-missing',
	'sentence',
	'since',
	'removal-missing',
	'duplicate-name',
	'duplicate-alias',
	'alias-is-name',
	'unknown-option',
	'unknown-session-type',
	'unknown-replacement',
	'unknown-rule',
	'unused-rule',
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
