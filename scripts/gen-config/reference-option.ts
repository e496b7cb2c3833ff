/** Writes the section of one option in the reference. */

import {literal} from './literal.js'
import {code, table} from './markdown.js'
import type {Option, Schema} from './model.js'
import {codeType} from './option-types.js'
import {expectedText} from './wording.js'

/** What a variable holds, where the introduction of the page does not say it. */
const ENVIRONMENT: Readonly<Partial<Record<Option['environment'], string>>> = {
	duration: 'a duration as a string, or an object as JSON',
	octal: 'an octal number such as `0600`',
	json: 'JSON',
	none: 'none, only code can give it',
}

/** The paragraphs of the section. */
export function optionSection(option: Option, schema: Schema): readonly string[] {
	const rows: readonly (readonly [string, string | undefined])[] = [
		['Takes', expectedText(option, schema)],
		['Type', code(codeType(option))],
		['Default', option.default === undefined ? 'none' : code(literal(option.default))],
		['Environment', ENVIRONMENT[option.environment]],
		['Session types', option.appliesTo?.map(code).join(', ')],
		['Aliases', option.aliases.length > 0 ? option.aliases.map(code).join(', ') : undefined],
		['Secret', option.secret && 'yes: its value never appears in a message'],
		['Since', option.since === schema.firstVersion ? undefined : option.since],
		['Example', option.example === undefined ? undefined : code(exampleOf(option))],
	]
	return [
		`### ${option.name}`,
		option.summary,
		...(option.details === undefined ? [] : [option.details]),
		...(option.deprecation === undefined ? [] : [`> ${option.deprecation.text}`]),
		table(
			['', ''],
			rows.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
		),
	]
}

function exampleOf(option: Option): string {
	const isCode = option.type === 'client' || option.type === 'function'
	return `${option.name}: ${isCode ? option.example : literal(option.example)}`
}
