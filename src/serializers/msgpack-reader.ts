import {Unpackr} from 'msgpackr/index-no-eval'
import {Extension, MAP, SET} from './msgpack-extensions.js'
import {isMoment, isPlainObject, LAST_MOMENT, MAX_READ_DEPTH, MalformedRecord, setKey} from './values.js'

const OPTIONS = {int64AsType: 'auto', copyBuffers: true} as const
const objectReader = new Unpackr({...OPTIONS, mapsAsObjects: true})
const mapReader = new Unpackr({...OPTIONS, mapsAsObjects: false})

/** What msgpackr puts in the place of bytes that are not UTF-8. */
const REPLACEMENT = '\ufffd'

/**
 * The value that `bytes` are, as a whole. What is bytes in it is a copy.
 * @throws MalformedRecord
 */
export function readMsgpack(bytes: Uint8Array): unknown {
	// a view, because msgpackr adds a property to it
	const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
	return readPlain(source) ?? readWithCare(source, 0)
}

/** The value of `source` where msgpackr surely reads it right by itself, which is most sessions; else `undefined`. */
function readPlain(source: Buffer): unknown {
	try {
		const value = objectReader.unpack(source)
		return isSurelyRight(value, 0) ? value : undefined
	} catch {
		// malformed, or with a key that a frozen Object.prototype has: msgpackr assigns keys
		return undefined
	}
}

function isSurelyRight(value: unknown, depth: number): boolean {
	if (typeof value === 'string') return !value.includes(REPLACEMENT)
	if (typeof value !== 'object' || value === null) return true
	if (depth > MAX_READ_DEPTH) return false
	if (Array.isArray(value)) return value.every(item => isSurelyRight(item, depth + 1))
	if (value.constructor !== Object) return value instanceof Date ? isMoment(value) : value instanceof Uint8Array
	for (const key in value) {
		if (!isRightKey(key) || !isSurelyRight((value as Record<string, unknown>)[key], depth + 1)) return false
	}
	return true
}

/** False where msgpackr has renamed `__proto__`, or may have. */
function isRightKey(key: string): boolean {
	return key !== '__proto_' && !key.includes(REPLACEMENT)
}

/** Objects are read as Maps, because msgpackr renames the key `__proto__` in an object. */
function readWithCare(source: Buffer, depth: number): unknown {
	let wire: unknown
	try {
		wire = mapReader.unpack(source)
	} catch {
		// its own errors may quote the record
		throw new MalformedRecord('the MessagePack has an error of syntax')
	}
	return fromWire(wire, source, depth)
}

/** The value of what the reader with Maps has read from `source`. */
function fromWire(wire: unknown, source: Buffer, depth: number): unknown {
	if (typeof wire === 'string') return assertUtf8(wire, source)
	if (typeof wire !== 'object' || wire === null) return wire
	if (depth > MAX_READ_DEPTH) throw new MalformedRecord('the MessagePack is nested too deep')
	if (Array.isArray(wire)) return wire.map(item => fromWire(item, source, depth + 1))
	if (wire instanceof Map) return objectFromWire(wire, source, depth)
	if (isPlainObject(wire)) return objectFromWire(Object.entries(wire), source, depth) // a record of msgpackr
	if (wire instanceof Extension) return extensionFromWire(wire, depth)
	if (wire instanceof Date) return dateFromWire(wire)
	if (wire instanceof Uint8Array) return wire
	throw new MalformedRecord('the MessagePack has a type that is not in use')
}

/** Takes a U+FFFD that is not in `source` for bytes that are not UTF-8. */
function assertUtf8(string: string, source: Buffer): string {
	if (!string.includes(REPLACEMENT) || source.includes(REPLACEMENT)) return string
	throw new MalformedRecord('a string in the MessagePack is not UTF-8')
}

function objectFromWire(entries: Iterable<[unknown, unknown]>, source: Buffer, depth: number): Record<string, unknown> {
	const object: Record<string, unknown> = {}
	for (const [key, value] of entries) {
		if (typeof key === 'object' && key !== null) {
			throw new MalformedRecord('a key in the MessagePack has no form as a string')
		}
		setKey(object, assertUtf8(String(key), source), fromWire(value, source, depth + 1))
	}
	return object
}

function extensionFromWire(extension: Extension, depth: number): unknown {
	const {type, data} = extension
	if (type !== MAP && type !== SET) return extension
	const items = readWithCare(data, depth + 1)
	if (Array.isArray(items)) {
		if (type === SET) return new Set(items)
		if (items.every(item => Array.isArray(item) && item.length === 2)) return new Map(items)
	}
	throw new MalformedRecord('a Map or a Set in the MessagePack has another form')
}

/** msgpackr rounds Python's last moment, a microsecond before the year 10000, up to it. */
function dateFromWire(date: Date): Date {
	if (date.getTime() === LAST_MOMENT + 1) return new Date(LAST_MOMENT)
	if (isMoment(date)) return date
	throw new MalformedRecord('a timestamp in the MessagePack is not in the years 1 to 9999')
}
