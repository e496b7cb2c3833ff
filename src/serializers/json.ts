/**
 * JSON as Flask-Session's serializer reads and writes it (msgspec): compact UTF-8, integers of any size.
 *
 * It holds what JSON holds. A Date, bytes, a Map, a Set, NaN and Infinity are refused with their path: JSON would turn
 * each of them into something else, and the session would come back changed. An integer beyond 2^53 is read as a
 * BigInt, and a BigInt is written as an integer, so that Python's integers survive.
 */
import type {Serializer} from './contract.js'
import {readJson} from './json-reader.js'
import {assertDense, assertDepth, assertWellFormed, isPlainObject, kindOf, named, under, unsupported} from './values.js'

const ADVICE = 'store a string or a number in its place, or use SESSION_SERIALIZATION_FORMAT msgpack'

/** The `json` value of `SESSION_SERIALIZATION_FORMAT`. */
export const json: Serializer = {
	encode: value => {
		try {
			return Buffer.from(write(value, 0))
		} catch (error) {
			throw named(error)
		}
	},
	decode: readJson,
}

/** `value` as JSON. Throws a refusal. */
function write(value: unknown, depth: number): string {
	switch (typeof value) {
		case 'string':
			assertWellFormed(value)
			return JSON.stringify(value)
		case 'number':
			if (!Number.isFinite(value)) throw unsupported(String(value), ADVICE)
			return writeNumber(value)
		case 'boolean':
		case 'bigint':
			return String(value)
		case 'undefined':
			return 'null'
		case 'object':
			if (value === null) return 'null'
			assertDepth(depth)
			if (Array.isArray(value)) return writeArray(value, depth)
			if (isPlainObject(value)) return writeObject(value, depth)
			throw unsupported(value instanceof Date ? 'a Date' : kindOf(value), ADVICE)
		default:
			throw unsupported(kindOf(value), ADVICE)
	}
}

/** With an exponent beyond 2^53, where digits alone would be read as a BigInt, and by Python as an int. */
function writeNumber(value: number): string {
	if (Object.is(value, -0)) return '-0.0'
	return Math.abs(value) > 2 ** 53 ? value.toExponential() : String(value)
}

function writeArray(array: readonly unknown[], depth: number): string {
	assertDense(array)
	// not map(): it would leave the holes of a sparse array empty
	const items = Array.from(array, (item, key) => at(key, () => write(item, depth + 1)))
	return `[${items.join(',')}]`
}

function writeObject(object: Record<string, unknown>, depth: number): string {
	const members = Object.keys(object).map(key =>
		at(key, () => {
			assertWellFormed(key)
			return `${JSON.stringify(key)}:${write(object[key], depth + 1)}`
		}),
	)
	return `{${members.join(',')}}`
}

function at<T>(key: string | number, step: () => T): T {
	try {
		return step()
	} catch (error) {
		throw under(key, error)
	}
}
