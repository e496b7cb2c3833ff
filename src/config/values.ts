/** Checks one value against its entry in the schema and brings it into the form in which the code reads it. */

import {jsonSchema} from '../generated/json-schema.js'
import {options, plannedTypes, sessionTypes} from '../generated/options.js'
import type {OptionName} from '../generated/types.js'
import {describe} from './describe.js'
import {bareDomain} from './domain.js'
import {DURATION_PARTS, parseDuration} from './duration.js'
import {findMisfit} from './json-schema.js'
import {nearest} from './nearest.js'
import type {OptionEntry} from './table.js'

/** As many typos may be in a value that is one of a few. */
const MAX_TYPOS = 2

/** A value in its resolved form, or what came instead of one, in words. */
export type Checked = {readonly value: unknown} | {readonly received: string}

/** Checks the value of the option `name`. */
export function checkValue(name: OptionName, given: unknown): Checked {
	const option: OptionEntry = options[name]
	if (given === null && option.nullable) return {value: defaultValue(name)}
	switch (option.type) {
		case 'sessionType':
			return checkSessionType(given)
		case 'duration':
			return checkDuration(name, option, given)
		case 'domain':
			return checkDomain(name, given)
		case 'fileMode':
			return checked(name, given, value => (typeof value === 'string' ? Number.parseInt(octalDigits(value), 8) : value))
		case 'enum':
			return checkEnum(name, option, given)
		case 'key':
			return isBytes(given) ? {value: given} : checked(name, given)
		case 'keys':
			return checkKeys(name, given)
		case 'function':
			return typeof given === 'function' ? {value: given} : {received: describe(given)}
		case 'client':
			return checkClient(name, option, given)
		default:
			return checked(name, given)
	}
}

/** The default of the option `name` in its resolved form; `undefined` where it has none. */
export function defaultValue(name: OptionName): unknown {
	const option: OptionEntry = options[name]
	if (option.default === undefined) return undefined
	const result = checkValue(name, option.default)
	if ('received' in result) throw new TypeError(`The default of ${name} does not fit its own schema`)
	return result.value
}

function checked(name: OptionName, given: unknown, convert: (value: unknown) => unknown = value => value): Checked {
	const misfit = findMisfit(given, jsonSchema.properties?.[name] ?? {}, jsonSchema)
	if (misfit === undefined) return {value: convert(given)}
	const received = describe(misfit.value, options[name].secret)
	return {received: misfit.path === '' ? received : `${received} at ${name}${misfit.path}`}
}

function checkSessionType(given: unknown): Checked {
	const wanted = given === null ? 'null' : typeof given === 'string' ? given.toLowerCase() : undefined
	if (wanted === undefined) return {received: describe(given)}
	const found = Object.entries(sessionTypes).find(([type, {aliases}]) => type === wanted || aliases.includes(wanted))
	if (found !== undefined) return {value: found[0]}
	if (plannedTypes.includes(wanted)) return {received: `${describe(given)}, which is not yet available in this version`}
	const names = Object.entries(sessionTypes).flatMap(([type, {aliases}]) => [type, ...aliases])
	return withHint({received: describe(given)}, given, names)
}

function withHint(result: Checked, given: unknown, values: readonly string[]): Checked {
	const meant = typeof given === 'string' ? nearest(given, values, MAX_TYPOS) : undefined
	return 'value' in result || meant === undefined ? result : {received: `${result.received} (meant '${meant}'?)`}
}

function checkEnum(name: OptionName, {values = [], ignoreCase}: OptionEntry, given: unknown): Checked {
	const folded = ignoreCase && typeof given === 'string' ? nearest(given, values, 0) : undefined
	return withHint(checked(name, folded ?? given), given, values)
}

function checkDuration(name: OptionName, option: OptionEntry, given: unknown): Checked {
	const misfit = checked(name, given)
	if ('received' in misfit) return withHint(misfit, wrongPart(given), DURATION_PARTS)
	const milliseconds = parseDuration(given)
	const {min = 0, max = Number.POSITIVE_INFINITY} = option
	if (milliseconds === undefined || milliseconds < min * 1000 || milliseconds > max * 1000)
		return {received: describe(given)}
	return {value: Math.round(milliseconds)}
}

function wrongPart(duration: unknown): string | undefined {
	const isObject = typeof duration === 'object' && duration !== null
	return isObject ? Object.keys(duration).find(part => !DURATION_PARTS.some(known => known === part)) : undefined
}

function checkDomain(name: OptionName, given: unknown): Checked {
	const result = checked(name, given)
	const domain = 'value' in result ? bareDomain(String(given)) : undefined
	return domain === undefined ? {received: describe(given)} : {value: domain}
}

function checkKeys(name: OptionName, given: unknown): Checked {
	if (!Array.isArray(given)) return {received: describe(given, true)}
	// JSON Schema knows no bytes: a string that fits stands in for them, so that the rest keeps its index.
	const result = checked(
		name,
		given.map(key => (isBytes(key) ? 'bytes' : key)),
	)
	return 'received' in result ? result : {value: Object.freeze([...given])}
}

function checkClient(name: OptionName, option: OptionEntry, given: unknown): Checked {
	if (typeof given === 'string' && option.stringAllowed) return checked(name, given)
	if ((typeof given !== 'object' && typeof given !== 'function') || given === null)
		return {received: describe(given, option.secret)}
	const methodSets = option.methodSets ?? []
	const has = (method: string) => typeof (given as Record<string, unknown>)[method] === 'function'
	if (methodSets.some(methods => methods.every(has))) return {value: given}
	const missing = methodSets.map(methods => methods.filter(method => !has(method)).join(', '))
	return {received: `${describe(given)} without ${missing.join(' and without ')}`}
}

function octalDigits(text: string): string {
	return text.replace(/^0o/u, '')
}

function isBytes(value: unknown): value is Uint8Array {
	return value instanceof Uint8Array && value.length > 0
}
