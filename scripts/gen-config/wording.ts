/** What an option takes, in words: the same ones in doc comments, in the reference and in the messages at run time. */

import type {Option, Schema} from './model.js'
import type {OtherLibrary} from './schema-file.js'

/** What `option` takes, as the end of "expected ...". */
export function expectedText(option: Option, schema: Schema): string {
	return option.nullable ? `${mainWords(option, schema)}, or null` : mainWords(option, schema)
}

/** The bounds of `option` in words, or `undefined` where it has none. */
export function boundsText(option: Option): string | undefined {
	const unit = option.type === 'duration' ? seconds : String
	if (option.min !== undefined && option.max !== undefined) return `from ${unit(option.min)} to ${unit(option.max)}`
	if (option.min !== undefined) return `of at least ${unit(option.min)}`
	if (option.max !== undefined) return `of at most ${unit(option.max)}`
	if (option.minLength !== undefined && option.maxLength !== undefined)
		return `of ${option.minLength} to ${option.maxLength} characters`
	if (option.minLength !== undefined)
		return `of at least ${option.minLength} ${option.minLength === 1 ? 'character' : 'characters'}`
	if (option.maxLength !== undefined) return `of at most ${option.maxLength} characters`
	return undefined
}

/** What to use instead of an option of another library, as the end of "expected ...". */
export function insteadText({options = [], hint}: OtherLibrary): string {
	const ours = options.length === 0 ? 'no such option' : `${andList(options)} instead`
	return hint === undefined ? ours : `${ours}: ${hint}`
}

/** A list in a sentence: `a, b or c`. */
export function orList(items: readonly string[]): string {
	if (items.length < 2) return items.join('')
	return `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`
}

function mainWords(option: Option, schema: Schema): string {
	switch (option.type) {
		case 'boolean':
			return orList(['true', 'false', ...(option.literals ?? []).map(quote)])
		case 'integer':
			return withBounds('an integer', option)
		case 'string':
			return stringWords(option)
		case 'enum':
			return `${orList((option.values ?? []).map(quote))}${option.ignoreCase ? ' in any letter case' : ''}`
		case 'duration':
			return `${withBounds('a duration', option)} (seconds, a string such as '1h30m', or an object such as {days: 31})`
		case 'domain':
			return 'a domain name such as example.org'
		case 'fileMode':
			return "a file mode from 0 to 0o777 (a number such as 0o600, or an octal string such as '0600')"
		case 'object':
			return 'an object'
		case 'key':
			return 'a string or bytes, not empty'
		case 'keys':
			return 'a list of strings or bytes, none of them empty'
		case 'sessionType':
			return orList(schema.sessionTypes.map(type => quote(type.name)))
		case 'function':
			return `a function ${option.signature}`
		case 'client':
			return clientWords(option)
	}
}

function clientWords(option: Option): string {
	const objects = (option.objects ?? []).map(({label, methods}) => `${label} (with ${andList(methods)})`)
	return orList(option.pattern === undefined ? objects : [...objects, stringWords(option)])
}

function stringWords(option: Option): string {
	const words = withBounds('a string', option)
	return option.patternText === undefined ? words : `${words} ${option.patternText}`
}

function withBounds(words: string, option: Option): string {
	const bounds = boundsText(option)
	return bounds === undefined ? words : `${words} ${bounds}`
}

function andList(items: readonly string[]): string {
	if (items.length < 2) return items.join('')
	return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

function seconds(amount: number): string {
	return `${amount} ${amount === 1 ? 'second' : 'seconds'}`
}

function quote(text: string): string {
	return `'${text}'`
}
