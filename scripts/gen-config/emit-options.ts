/** Writes `src/generated/options.ts`: the options, session types and rules as data. */

import {literal} from './literal.js'
import type {Deprecation, Option, Schema, SessionType} from './model.js'
import type {Rule} from './schema-file.js'
import {expectedText, insteadText} from './wording.js'

/** The text of the module. */
export function emitOptions(schema: Schema): string {
	const options = Object.fromEntries(schema.options.map(option => [option.name, optionEntry(option, schema)]))
	const sessionTypes = Object.fromEntries(schema.sessionTypes.map(type => [type.name, sessionTypeEntry(type)]))
	const rules = Object.fromEntries(schema.rules.map(rule => [rule.id, ruleEntry(rule)]))
	const otherLibraries = Object.fromEntries(
		schema.otherLibraries.flatMap(entry => entry.names.map(name => [name, insteadText(entry)])),
	)
	return `import type {OptionEntry, RuleEntry, SessionTypeEntry} from '../config/table.js'
import type {OptionName, SessionType} from './types.js'

/** The names of the relations between options. */
export type RuleId =
${schema.rules.map(rule => `\t| '${rule.id}'`).join('\n')}

/** Every option under its canonical name. */
export const options: Readonly<Record<OptionName, OptionEntry>> = ${literal(options)}

/** Every session type under its canonical name. */
export const sessionTypes: Readonly<Record<SessionType, SessionTypeEntry>> = ${literal(sessionTypes)}

/** Names of session types that have no store in this version yet. */
export const plannedTypes: readonly string[] = ${literal(schema.plannedTypes)}

/** The relations between options. */
export const rules: Readonly<Record<RuleId, RuleEntry>> = ${literal(rules)}

/** Environment variables that look like options and are those of another program. */
export const foreignNames: readonly string[] = ${literal(schema.foreignNames)}

/** Options of other session libraries, and what to use instead, in words. */
export const otherLibraries: Readonly<Record<string, string>> = ${literal(otherLibraries)}
`
}

function optionEntry(option: Option, schema: Schema): object {
	return {
		type: option.type,
		expected: expectedText(option, schema),
		environment: option.environment,
		aliases: option.aliases,
		appliesTo: option.appliesTo,
		default: option.default,
		min: option.min,
		max: option.max,
		values: option.values,
		ignoreCase: option.ignoreCase,
		nullable: option.nullable,
		secret: option.secret,
		methodSets: option.objects?.map(object => object.methods),
		stringAllowed: option.type === 'client' && option.pattern !== undefined ? true : undefined,
		deprecation: warning(option.deprecation),
	}
}

function sessionTypeEntry(type: SessionType): object {
	return {
		aliases: type.aliases,
		deprecation: warning(type.deprecation),
	}
}

function warning(deprecation: Deprecation | undefined): object | undefined {
	return deprecation && {code: deprecation.code, text: deprecation.text}
}

function ruleEntry(rule: Rule): object {
	const when = rule.when === undefined ? '' : ` when ${rule.when}`
	return {options: rule.options, expected: rule.expected + when}
}
