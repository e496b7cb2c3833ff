import {MAX_READ_DEPTH, MalformedRecord, numberIfExact, setKey} from './values.js'

/** Digits that may be an integer which a double does not hold exactly. */
const MANY_DIGITS = /\d{16}/

/**
 * The value that `bytes` are, as a whole. An integer beyond 2^53 is a BigInt.
 * @throws MalformedRecord
 */
export function readJson(bytes: Uint8Array): unknown {
	const json = decodeUtf8(bytes)
	const value = parse(json)
	assertShallow(value, 0)
	return MANY_DIGITS.test(json) ? new ExactReader(json).value() : value
}

function decodeUtf8(bytes: Uint8Array): string {
	try {
		return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes)
	} catch {
		throw new MalformedRecord('the JSON is not UTF-8')
	}
}

function parse(json: string): unknown {
	try {
		return JSON.parse(json)
	} catch {
		throw new MalformedRecord('the JSON has an error of syntax')
	}
}

function assertShallow(value: unknown, depth: number): void {
	if (typeof value !== 'object' || value === null) return
	if (depth > MAX_READ_DEPTH) throw new MalformedRecord('the JSON is nested too deep')
	for (const part of Array.isArray(value) ? value : Object.values(value)) assertShallow(part, depth + 1)
}

/** `true`, a number or alike: up to what ends it. */
const TOKEN = /[^\s,\]}]+/y
const LONG_INTEGER = /^-?\d{16,}$/

/** Reads JSON that `JSON.parse` has found to be without a fault, which would round long integers. */
class ExactReader {
	readonly #json: string
	#position = 0

	constructor(json: string) {
		this.#json = json
	}

	value(): unknown {
		const first = this.#next()
		if (first === '{') return this.#object()
		if (first === '[') return this.#array()
		if (first === '"') return this.#string()
		TOKEN.lastIndex = this.#position
		const token = TOKEN.exec(this.#json)?.[0] ?? ''
		this.#position += token.length
		return LONG_INTEGER.test(token) ? numberIfExact(BigInt(token)) : JSON.parse(token)
	}

	#array(): unknown[] {
		const array: unknown[] = []
		this.#position++
		while (this.#next() !== ']') {
			if (array.length > 0) this.#position++ // the comma
			array.push(this.value())
		}
		this.#position++
		return array
	}

	#object(): Record<string, unknown> {
		const object: Record<string, unknown> = {}
		this.#position++
		for (let first = true; this.#next() !== '}'; first = false) {
			if (!first) this.#position++ // the comma
			this.#next()
			const key = this.#string()
			this.#next()
			this.#position++ // the colon
			setKey(object, key, this.value())
		}
		this.#position++
		return object
	}

	#string(): string {
		const start = this.#position
		let end = start
		do end = this.#json.indexOf('"', end + 1)
		while (isEscaped(this.#json, end))
		this.#position = end + 1
		const string = this.#json.slice(start + 1, end)
		return string.includes('\\') ? JSON.parse(`"${string}"`) : string
	}

	/** Passes over white space; the character that is next. */
	#next(): string | undefined {
		while (this.#json.charCodeAt(this.#position) <= 0x20) this.#position++
		return this.#json[this.#position]
	}
}

/** Whether the quote at `position` belongs to the string: it has an odd number of backslashes before it. */
function isEscaped(json: string, position: number): boolean {
	let first = position
	while (json[first - 1] === '\\') first--
	return (position - first) % 2 === 1
}
