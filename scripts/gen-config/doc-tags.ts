/** The tags in the doc comment of an option. */

import {literal} from './literal.js'
import type {Option} from './model.js'
import {plainType} from './option-types.js'

/** Tags by name; those without a value are left out. */
export type Tags = Readonly<Record<string, string | number | undefined>>

/** What people read: the default, an example, the version, and what is deprecated. */
export function tagsForPeople(option: Option): Tags {
	const isCode = plainType(option) === undefined
	return {
		default: option.default === undefined ? undefined : json(option.default),
		example: option.example === undefined ? undefined : isCode ? String(option.example) : json(option.example),
		since: option.since,
		deprecated: option.deprecation?.text,
	}
}

/** What ts-json-schema-generator reads beside them: the bounds, which people find in the sentence "Takes ..". */
export function tagsForSchema(option: Option): Tags {
	if (option.type === 'fileMode') return {minimum: 0, maximum: 0o777, multipleOf: 1, pattern: '^(?:0o?)?[0-7]{3}$'}
	if (option.type === 'domain') return {pattern: '^[^\\s;,]+$', maxLength: 255}
	const {min, max, maxLength, pattern} = option
	return {
		minimum: min,
		maximum: max,
		asType: option.type === 'integer' ? 'integer' : undefined,
		minLength: option.type === 'key' ? 1 : option.minLength,
		maxLength,
		pattern,
	}
}

/** The tags as lines of a doc comment. */
export function tagLines(tags: Tags): string {
	return Object.entries(tags)
		.filter(([, value]) => value !== undefined)
		.map(([tag, value]) => `@${tag} ${value}`)
		.join('\n')
}

function json(value: unknown): string {
	return typeof value === 'string' ? JSON.stringify(value) : literal(value)
}
