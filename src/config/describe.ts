/** Says what a value is, for the message of a problem: short, and without anything that may be secret. */

const MAX_LENGTH = 60

/**
 * A description of `value`: the value itself where it is short and plain, its kind otherwise.
 *
 * @param secret whether not even a plain value is shown
 */
export function describe(value: unknown, secret = false): string {
	if (typeof value === 'string') return describeString(value, secret)
	if (typeof value === 'function') return 'a function'
	if (typeof value === 'object' && value !== null) return describeObject(value, secret)
	if (secret && value !== null && value !== undefined) return `a ${typeof value} (secret)`
	if (typeof value === 'bigint') return `the bigint ${value}`
	return typeof value === 'symbol' ? 'a symbol' : String(value)
}

function describeString(text: string, secret: boolean): string {
	if (text === '') return 'an empty string'
	if (secret) return `a string of ${text.length} ${text.length === 1 ? 'character' : 'characters'} (secret)`
	// An address may hold a password, also in an option that is not secret as such.
	if (/:\/\/[^/]*@/u.test(text)) return `an address with credentials, of ${text.length} characters`
	return text.length > MAX_LENGTH ? `a string of ${text.length} characters` : `'${printable(text)}'`
}

function describeObject(value: object, secret: boolean): string {
	if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`
	if (value instanceof Uint8Array) return `${value.length} bytes`
	const prototype: unknown = Object.getPrototypeOf(value)
	const name = prototype === null || prototype === Object.prototype ? undefined : constructorName(prototype)
	if (name !== undefined) return `an object of the class ${name}`
	const keys = Object.keys(value)
	if (keys.length === 0) return 'an empty object'
	return secret ? 'an object (secret)' : `an object with ${shorten(keys.map(printable).join(', '))}`
}

function constructorName(prototype: unknown): string | undefined {
	const name = (prototype as {constructor?: {name?: unknown}}).constructor?.name
	return typeof name === 'string' && name !== '' ? name : undefined
}

// A control character in a log line could forge another line.
function printable(text: string): string {
	return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, character => JSON.stringify(character).slice(1, -1))
}

function shorten(text: string): string {
	return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}...` : text
}
