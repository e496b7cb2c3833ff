/**
 * MessagePack by msgpackr, so that Python's msgspec (Flask-Session) reads every value as the same value.
 *
 * - No records, no structures, maps of minimal size: plain MessagePack.
 * - An integer beyond 32 bits stays an integer (msgpackr would write a double); one beyond 2^53 is read as a BigInt.
 * - A Date is the timestamp extension; `undefined` is nil; bytes are bin and are read as a Buffer.
 * - A Map and a Set, for which MessagePack has no form, are extensions of our own (`msgpack-extensions.ts`): Python
 *   sees an opaque `Ext` and hands it back untouched.
 * - What Python could not read, or would read as something else, is refused with its path.
 */
import {Packr} from 'msgpackr/index-no-eval'
import type {Serializer} from './contract.js'
import {NEGATIVE_ZERO, PACKR_OPTIONS, unpackWith, WireMap, WireSet, wasStoredAsMap} from './msgpack-extensions.js'
import {asBuffer, assertDepth, assertWellFormed, isPlainObject, kindOf, named, under, unsupported} from './values.js'

const packr = new Packr(PACKR_OPTIONS)
/** msgpackr renames the key `__proto__` of an object; read as Maps, the keys stay what they are. */
const mapReader = new Packr({...PACKR_OPTIONS, mapsAsObjects: false})

/** As bytes, because a text would be encoded for every search. */
const PROTO = Buffer.from('__proto__')

/** The `msgpack` value of `SESSION_SERIALIZATION_FORMAT`, the default. */
export const msgpack: Serializer = {
	encode: value => {
		try {
			return packr.pack(toWire(value, 0))
		} catch (error) {
			throw named(error)
		}
	},
	decode: bytes => {
		const source = readable(bytes)
		const value = source.includes(PROTO) ? fromMaps(unpackWith(mapReader, source)) : unpackWith(packr, source)
		if (!isSurelyRight(value)) checkWithCare(value, source)
		return value
	},
}

/**
 * `bytes` as msgpackr is to read them. It hands out bin values as views: where there may be one (a type byte 0xc4 to
 * 0xc6) it reads a copy, so that changing a Buffer of the session cannot change the bytes that the record came in.
 */
function readable(bytes: Uint8Array): Buffer {
	const source = asBuffer(bytes)
	return source.includes(0xc4) || source.includes(0xc5) || source.includes(0xc6) ? Buffer.from(source) : source
}

/**
 * False where msgpackr may be wrong: at a text that holds U+FFFD, a date at the edge; and for anything but plain data,
 * dates and bytes (a Map, a Set).
 */
function isSurelyRight(value: unknown): boolean {
	if (typeof value === 'string') return !value.includes('\ufffd')
	if (typeof value !== 'object' || value === null) return true
	if (Array.isArray(value)) return value.every(isSurelyRight)
	if (!isPlainObject(value)) return value instanceof Date ? isDate(value) : value instanceof Uint8Array
	for (const key in value) {
		if (key.includes('\ufffd') || !isSurelyRight(value[key])) return false
	}
	return true
}

/** Sees to the dates, and throws when msgpackr has put U+FFFD in the place of bytes that are not UTF-8. */
function checkWithCare(value: unknown, source: Buffer): void {
	fitDates(value)
	if (hasReplacement(value) && !source.includes('\ufffd')) throw new Error('a text is not valid UTF-8')
}

function hasReplacement(value: unknown): boolean {
	if (typeof value === 'string') return value.includes('\ufffd')
	if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false
	return partsOf(value).some(hasReplacement)
}

/**
 * Moves the dates in `value` that msgpackr has rounded up: Python's last moment, `datetime.max`, is a microsecond before
 * the year 10000. Throws at a date that Python does not have.
 */
function fitDates(value: unknown): void {
	if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return
	if (!(value instanceof Date)) {
		for (const part of partsOf(value)) fitDates(part)
		return
	}
	if (value.getTime() === LAST_DATE + 1) value.setTime(LAST_DATE)
	if (!isDate(value)) throw new Error('a date is outside of the years 1 to 9999')
}

/** The items of an array or a Set, the pairs of a Map or an object; none of a Date. */
function partsOf(value: object): readonly unknown[] {
	if (Array.isArray(value)) return value
	return value instanceof Map || value instanceof Set ? [...value] : Object.entries(value)
}

function fromMaps(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(fromMaps)
	if (value instanceof Set) return new Set([...value].map(fromMaps))
	if (!(value instanceof Map)) return value
	const entries = Array.from(value, ([key, item]): [unknown, unknown] => [fromMaps(key), fromMaps(item)])
	if (wasStoredAsMap(value)) return new Map(entries)
	// fromEntries defines the keys, so that `__proto__` becomes a key like any other
	return Object.fromEntries(entries.map(([key, item]) => [String(key), item]))
}

/**
 * `value` as msgpackr must be given it: the same object where nothing has to be replaced. Throws a refusal.
 */
function toWire(value: unknown, depth: number): unknown {
	switch (typeof value) {
		case 'string':
			assertWellFormed(value)
			return value
		case 'number':
			if ((value > 0xffffffff || value < -0x80000000) && isExactInteger(value)) return BigInt(value)
			return Object.is(value, -0) ? NEGATIVE_ZERO : value
		case 'boolean':
		case 'undefined':
			return value
		case 'bigint':
			if (value >= -(2n ** 63n) && value < 2n ** 64n) return value
			throw unsupported('an integer beyond 64 bits', 'store it as a text')
		case 'object':
			return value === null ? null : objectToWire(value, depth)
		default:
			throw unsupported(kindOf(value), 'store plain data')
	}
}

function objectToWire(value: object, depth: number): unknown {
	assertDepth(depth)
	if (Array.isArray(value)) return arrayToWire(value, depth)
	if (isPlainObject(value)) return plainToWire(value, depth)
	if (value instanceof Date) return checkedDate(value)
	if (value instanceof Uint8Array) return value
	if (value instanceof Map) return new WireMap(arrayToWire([...value], depth))
	if (value instanceof Set) return new WireSet(arrayToWire([...value], depth))
	throw unsupported(kindOf(value), 'store plain data, a Date, a Map, a Set or bytes')
}

function arrayToWire(array: readonly unknown[], depth: number): unknown {
	let wire: unknown[] | undefined
	let key = 0
	try {
		for (; key < array.length; key++) {
			const item = array[key]
			const itemWire = toWire(item, depth + 1)
			if (Object.is(itemWire, item)) continue
			wire ??= [...array]
			wire[key] = itemWire
		}
	} catch (error) {
		throw under(key, error)
	}
	return wire ?? array
}

function plainToWire(object: Record<string, unknown>, depth: number): unknown {
	let wire: Record<string, unknown> | undefined
	let key = ''
	try {
		for (key of Object.keys(object)) {
			assertWellFormed(key)
			const item = object[key]
			const itemWire = toWire(item, depth + 1)
			if (Object.is(itemWire, item)) continue
			// the spread defines every key, so that the assignment finds a key of its own even for `__proto__`
			wire ??= {...object}
			wire[key] = itemWire
		}
	} catch (error) {
		throw under(key, error)
	}
	return wire ?? object
}

/** Up to 2^53, which msgpackr still reads as a number, so that it comes back as the integer that it was. */
function isExactInteger(value: number): boolean {
	return Number.isInteger(value) && Math.abs(value) <= 2 ** 53
}

const FIRST_DATE = Date.parse('0001-01-01T00:00:00Z')
const LAST_DATE = Date.parse('9999-12-31T23:59:59.999Z')

/** Whether Python has this date; false for an invalid one too. */
function isDate(date: Date): boolean {
	return date.getTime() >= FIRST_DATE && date.getTime() <= LAST_DATE
}

function checkedDate(date: Date): Date {
	if (Number.isNaN(date.getTime())) throw unsupported('an invalid Date', 'store null in its place')
	if (isDate(date)) return date
	throw unsupported('a Date outside of the years 1 to 9999', 'store a number or a text in its place')
}
