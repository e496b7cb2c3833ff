import {Packr} from 'msgpackr/index-no-eval'
import {Extension, MAP, NEGATIVE_ZERO, SET} from './msgpack-extensions.js'
import {
	assertDense,
	assertDepth,
	assertWellFormed,
	isMoment,
	isPlainObject,
	kindOf,
	setKey,
	under,
	unsupported,
} from './values.js'

const packr = new Packr({useRecords: false, variableMapSize: true, encodeUndefinedAsNil: true, useToJSON: false})

/** `value` as MessagePack. Throws a refusal. */
export function writeMsgpack(value: unknown): Buffer {
	return packr.pack(toWire(value, 0))
}

/** `value` as msgpackr has to be given it. */
function toWire(value: unknown, depth: number): unknown {
	switch (typeof value) {
		case 'string':
			assertWellFormed(value)
			return value
		case 'number':
			return numberToWire(value)
		case 'bigint':
			if (value >= -(2n ** 63n) && value < 2n ** 64n) return value
			throw unsupported('an integer beyond 64 bits', 'store it as a string')
		case 'boolean':
		case 'undefined':
			return value
		case 'object':
			return value === null ? null : objectToWire(value, depth)
		default:
			throw unsupported(kindOf(value), 'store plain data')
	}
}

/** msgpackr would write an integer beyond 32 bits as a float. */
function numberToWire(value: number): unknown {
	const isLong = value > 0xffffffff || value < -0x80000000
	if (isLong && Number.isInteger(value) && Math.abs(value) <= 2 ** 53) return BigInt(value)
	return Object.is(value, -0) ? NEGATIVE_ZERO : value
}

function objectToWire(value: object, depth: number): unknown {
	assertDepth(depth)
	if (Array.isArray(value)) return arrayToWire(value, depth)
	if (isPlainObject(value)) return plainToWire(value, depth)
	if (value instanceof Map) return new Extension(MAP, packr.pack(arrayToWire([...value], depth)))
	if (value instanceof Set) return new Extension(SET, packr.pack(arrayToWire([...value], depth)))
	if (value instanceof Uint8Array || value instanceof Extension) return value
	if (!(value instanceof Date)) throw unsupported(kindOf(value), 'store plain data, a Date, a Map, a Set or bytes')
	if (!isMoment(value))
		throw unsupported('a Date outside of the years 1 to 9999', 'store null or a string in its place')
	return value
}

function arrayToWire(array: readonly unknown[], depth: number): unknown[] {
	assertDense(array)
	const wire: unknown[] = []
	try {
		while (wire.length < array.length) wire.push(toWire(array[wire.length], depth + 1))
	} catch (error) {
		throw under(wire.length, error)
	}
	return wire
}

function plainToWire(object: Record<string, unknown>, depth: number): Record<string, unknown> {
	const wire: Record<string, unknown> = {}
	let key = ''
	try {
		for (key of Object.keys(object)) {
			assertWellFormed(key)
			setKey(wire, key, toWire(object[key], depth + 1))
		}
	} catch (error) {
		throw under(key, error)
	}
	return wire
}
