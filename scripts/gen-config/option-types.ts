/** The TypeScript type of an option: as JSON gives it, as code gives it, and as the code of the package reads it. */

import {quoted} from './literal.js'
import type {Option} from './model.js'

/** The type of what JSON can hold, or `undefined` where it can hold nothing that fits. */
export function plainType(option: Option): string | undefined {
	const main = mainPlainType(option)
	return main === undefined ? undefined : withAlternatives(main, option)
}

/** The type of what an application may give. */
export function codeType(option: Option): string {
	return withAlternatives(mainCodeType(option), option)
}

/** The type after the check, with the default. */
export function resolvedType(option: Option): string {
	const type = [mainResolvedType(option), ...literals(option)].join(' | ')
	return option.default === undefined ? `${type} | undefined` : type
}

function mainPlainType(option: Option): string | undefined {
	switch (option.type) {
		case 'boolean':
			return 'boolean'
		case 'integer':
			return 'number'
		case 'string':
		case 'domain':
			return 'string'
		case 'enum':
			return (option.values ?? []).map(quoted).join(' | ')
		case 'duration':
			return 'number | DurationString | DurationParts'
		case 'fileMode':
			return 'number | string'
		case 'object':
			return 'Record<string, unknown>'
		case 'key':
			return 'string'
		case 'keys':
			return 'readonly KeyString[]'
		case 'sessionType':
			return 'SessionTypeName'
		case 'client':
			return option.pattern === undefined ? undefined : 'string'
		case 'function':
			return undefined
	}
}

function mainCodeType(option: Option): string {
	switch (option.type) {
		case 'key':
			return 'string | Uint8Array'
		case 'keys':
			return 'readonly (string | Uint8Array)[]'
		case 'function':
			return `(${option.signature})`
		case 'client':
			return [mainPlainType(option) ?? [], (option.objects ?? []).map(object => object.type)].flat(2).join(' | ')
		default:
			return mainPlainType(option) ?? 'never'
	}
}

function mainResolvedType(option: Option): string {
	switch (option.type) {
		case 'duration':
		case 'fileMode':
			return 'number'
		case 'object':
			return 'Readonly<Record<string, unknown>>'
		case 'sessionType':
			return 'SessionType'
		default:
			return mainCodeType(option)
	}
}

function withAlternatives(type: string, option: Option): string {
	return [type, ...literals(option), ...(option.nullable || option.type === 'sessionType' ? ['null'] : [])].join(' | ')
}

function literals(option: Option): readonly string[] {
	return (option.literals ?? []).map(quoted)
}
