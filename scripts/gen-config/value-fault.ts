/** Whether a value in the schema, a default or an example, fits its own option. */

import {bareDomain} from '../../src/config/domain.js'
import {parseDuration} from '../../src/config/duration.js'
import type {OptionSource, SchemaFile} from './schema-file.js'

/** Why a value does not fit. */
export interface ValueFault {
	readonly kind: 'type' | 'bounds' | 'enum'
	/** The end of a sentence that begins with "the default of X is". */
	readonly message: string
}

/** What is wrong with `value`, or `undefined`. */
export function valueFault(option: OptionSource, value: unknown, schema: SchemaFile): ValueFault | undefined {
	switch (option.type) {
		case 'boolean':
			return typeof value === 'boolean' || option.literals?.includes(String(value))
				? undefined
				: wrongType('true or false')
		case 'integer':
			return Number.isInteger(value) ? outOfBounds(option, Number(value)) : wrongType('an integer')
		case 'duration': {
			const milliseconds = parseDuration(value)
			return milliseconds === undefined ? wrongType('a duration') : outOfBounds(option, milliseconds / 1000)
		}
		case 'fileMode':
			return /^0[0-7]{3}$/u.test(String(value)) ? undefined : wrongType("an octal string such as '0600'")
		case 'domain':
			return typeof value === 'string' && bareDomain(value) !== undefined ? undefined : wrongType('a domain name')
		case 'string':
			return typeof value === 'string' ? unfitString(option, value) : wrongType('a string')
		case 'enum':
			return notAmong(value, option.values ?? [])
		case 'sessionType':
			return notAmong(
				value,
				schema.sessionTypes.map(type => type.name),
			)
		case 'keys':
			return Array.isArray(value) ? undefined : wrongType('a list')
		case 'object':
			return typeof value === 'object' && value !== null ? undefined : wrongType('an object')
		case 'key':
		case 'function':
		case 'client':
			return {kind: 'type', message: `there, and the type ${option.type} has none`}
	}
}

function wrongType(expected: string): ValueFault {
	return {kind: 'type', message: `not ${expected}`}
}

function outOfBounds({min, max}: OptionSource, value: number): ValueFault | undefined {
	if (min !== undefined && value < min) return {kind: 'bounds', message: `less than its min, ${min}`}
	if (max !== undefined && value > max) return {kind: 'bounds', message: `greater than its max, ${max}`}
	return undefined
}

function unfitString({pattern, minLength, maxLength}: OptionSource, text: string): ValueFault | undefined {
	if (minLength !== undefined && text.length < minLength) return {kind: 'bounds', message: 'shorter than its minLength'}
	if (maxLength !== undefined && text.length > maxLength) return {kind: 'bounds', message: 'longer than its maxLength'}
	if (pattern !== undefined && !new RegExp(pattern, 'u').test(text))
		return {kind: 'bounds', message: 'not matched by its pattern'}
	return undefined
}

function notAmong(value: unknown, values: readonly string[]): ValueFault | undefined {
	return values.includes(String(value)) ? undefined : {kind: 'enum', message: `not one of ${values.join(', ')}`}
}
