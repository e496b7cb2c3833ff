import {isUtf8} from 'node:buffer'
import {Extension, isMoment, MAP, SET, TIMESTAMP} from './msgpack-extensions.js'
import {asBuffer, MAX_READ_DEPTH, MalformedRecord, numberIfExact, setKey} from './values.js'

/**
 * The value that `bytes` are, as a whole. What is bytes in it is a copy.
 * @throws MalformedRecord
 */
export function readMsgpack(bytes: Uint8Array): unknown {
	return new Reader(asBuffer(bytes)).whole()
}

class Reader {
	readonly #source: Buffer
	readonly #view: DataView
	#position = 0

	constructor(source: Buffer) {
		this.#source = source
		this.#view = new DataView(source.buffer, source.byteOffset, source.byteLength)
	}

	whole(): unknown {
		const value = this.#value(0)
		if (this.#position < this.#source.length) throw new MalformedRecord('the MessagePack goes on after its end')
		return value
	}

	/** The names of the types are those of the specification: https://github.com/msgpack/msgpack/blob/master/spec.md */
	#value(depth: number): unknown {
		if (depth > MAX_READ_DEPTH) throw new MalformedRecord('the MessagePack is nested too deep')
		const type = this.#uint8()
		if (type < 0x80) return type // positive fixint
		if (type < 0x90) return this.#object(type & 0x0f, depth) // fixmap
		if (type < 0xa0) return this.#array(type & 0x0f, depth) // fixarray
		if (type < 0xc0) return this.#string(type & 0x1f) // fixstr
		if (type >= 0xe0) return type - 0x100 // negative fixint
		switch (type) {
			case 0xc0: // nil
				return null
			case 0xc2: // false
				return false
			case 0xc3: // true
				return true
			case 0xc4: // bin 8, 16, 32
				return this.#bytes(this.#uint8())
			case 0xc5:
				return this.#bytes(this.#uint16())
			case 0xc6:
				return this.#bytes(this.#uint32())
			case 0xc7: // ext 8, 16, 32
				return this.#extension(this.#uint8(), depth)
			case 0xc8:
				return this.#extension(this.#uint16(), depth)
			case 0xc9:
				return this.#extension(this.#uint32(), depth)
			case 0xca: // float 32, 64
				return this.#view.getFloat32(this.#skip(4))
			case 0xcb:
				return this.#view.getFloat64(this.#skip(8))
			case 0xcc: // uint 8, 16, 32, 64
				return this.#uint8()
			case 0xcd:
				return this.#uint16()
			case 0xce:
				return this.#uint32()
			case 0xcf:
				return numberIfExact(this.#view.getBigUint64(this.#skip(8)))
			case 0xd0: // int 8, 16, 32, 64
				return this.#view.getInt8(this.#skip(1))
			case 0xd1:
				return this.#view.getInt16(this.#skip(2))
			case 0xd2:
				return this.#view.getInt32(this.#skip(4))
			case 0xd3:
				return numberIfExact(this.#view.getBigInt64(this.#skip(8)))
			case 0xd4: // fixext 1, 2, 4, 8, 16
			case 0xd5:
			case 0xd6:
			case 0xd7:
			case 0xd8:
				return this.#extension(1 << (type - 0xd4), depth)
			case 0xd9: // str 8, 16, 32
				return this.#string(this.#uint8())
			case 0xda:
				return this.#string(this.#uint16())
			case 0xdb:
				return this.#string(this.#uint32())
			case 0xdc: // array 16, 32
				return this.#array(this.#uint16(), depth)
			case 0xdd:
				return this.#array(this.#uint32(), depth)
			case 0xde: // map 16, 32
				return this.#object(this.#uint16(), depth)
			case 0xdf:
				return this.#object(this.#uint32(), depth)
			default:
				throw new MalformedRecord('the MessagePack has a type byte that is not in use')
		}
	}

	/** Goes on by `length` bytes; where they begin. */
	#skip(length: number): number {
		const start = this.#position
		if (length > this.#source.length - start) throw new MalformedRecord('the MessagePack ends too early')
		this.#position = start + length
		return start
	}

	#uint8(): number {
		return Number(this.#source[this.#skip(1)])
	}

	#uint16(): number {
		return this.#view.getUint16(this.#skip(2))
	}

	#uint32(): number {
		return this.#view.getUint32(this.#skip(4))
	}

	#bytes(length: number): Buffer {
		const start = this.#skip(length)
		return Buffer.from(this.#source.subarray(start, start + length))
	}

	#string(length: number): string {
		const start = this.#skip(length)
		return readString(this.#source, start, start + length)
	}

	#array(length: number, depth: number): unknown[] {
		this.#assertRoom(length)
		const array: unknown[] = []
		for (let index = 0; index < length; index++) array.push(this.#value(depth + 1))
		return array
	}

	#object(size: number, depth: number): Record<string, unknown> {
		this.#assertRoom(size * 2)
		const object: Record<string, unknown> = {}
		for (let index = 0; index < size; index++) {
			const key = this.#key(depth + 1)
			setKey(object, key, this.#value(depth + 1))
		}
		return object
	}

	#key(depth: number): string {
		const type = Number(this.#source[this.#position])
		if (type > 0xa0 && type < 0xc0) {
			const length = type & 0x1f
			const start = this.#skip(1 + length) + 1
			return readKey(this.#source, start, start + length)
		}
		const key = this.#value(depth)
		if (typeof key === 'object' && key !== null)
			throw new MalformedRecord('a key in the MessagePack has no form as a string')
		return String(key)
	}

	/** Before a container of `length` values is begun: they cannot take less than a byte each. */
	#assertRoom(length: number): void {
		if (length > this.#source.length - this.#position) throw new MalformedRecord('the MessagePack ends too early')
	}

	#extension(length: number, depth: number): unknown {
		const type = this.#uint8()
		const start = this.#skip(length)
		if (type === TIMESTAMP) return this.#date(start, length)
		if (type === MAP) return new Map(this.#items(start, length, depth, isPair))
		if (type === SET) return new Set(this.#items(start, length, depth, isAnything))
		return new Extension(type, Buffer.from(this.#source.subarray(start, start + length)))
	}

	/** The items of the array that fills an extension. */
	#items<T>(start: number, length: number, depth: number, isItem: (item: unknown) => item is T): T[] {
		this.#position = start
		const items = this.#value(depth + 1)
		if (this.#position === start + length && Array.isArray(items) && items.every(isItem)) return items
		throw new MalformedRecord('a Map or a Set in the MessagePack has another form')
	}

	#date(start: number, length: number): Date {
		const view = this.#view
		let seconds = 0
		let nanoseconds = 0
		if (length === 4) {
			seconds = view.getUint32(start)
		} else if (length === 8) {
			nanoseconds = view.getUint32(start) >>> 2
			seconds = (view.getUint32(start) & 0b11) * 2 ** 32 + view.getUint32(start + 4)
		} else if (length === 12) {
			nanoseconds = view.getUint32(start)
			seconds = Number(view.getBigInt64(start + 4))
		} else {
			throw new MalformedRecord('a timestamp in the MessagePack has a length that none has')
		}
		const time = seconds * 1000 + Math.floor(nanoseconds / 1e6)
		if (nanoseconds >= 1e9 || !isMoment(time))
			throw new MalformedRecord('a timestamp in the MessagePack is not in the years 1 to 9999')
		return new Date(time)
	}
}

function isPair(item: unknown): item is [unknown, unknown] {
	return Array.isArray(item) && item.length === 2
}

function isAnything(_item: unknown): _item is unknown {
	return true
}

/** Up to this length it is faster to look at each byte than to call into Node. */
const SHORT = 15

function readString(source: Buffer, start: number, end: number): string {
	const short = end - start <= SHORT ? readAscii(source, start, end) : undefined
	if (short !== undefined) return short
	const string = source.toString('utf8', start, end)
	// U+FFFD stands for itself, or in the place of bytes that are not UTF-8
	if (string.includes('\ufffd') && !isUtf8(source.subarray(start, end))) {
		throw new MalformedRecord('a string in the MessagePack is not UTF-8')
	}
	return string
}

function readAscii(source: Buffer, start: number, end: number): string | undefined {
	const codes: number[] = []
	for (let index = start; index < end; index++) {
		const code = Number(source[index])
		if (code >= 0x80) return undefined
		codes.push(code)
	}
	return String.fromCharCode(...codes)
}

interface KnownKey {
	readonly bytes: Uint8Array
	readonly string: string
}

const SLOTS = 512
/** The keys that were read lately: sessions have the same few, and to compare bytes is faster than to make a string. */
const knownKeys: (KnownKey | undefined)[] = new Array(SLOTS).fill(undefined)

function readKey(source: Buffer, start: number, end: number): string {
	const slot = ((end - start) * 31 + Number(source[start]) * 17 + Number(source[end - 1])) % SLOTS
	const known = knownKeys[slot]
	if (known !== undefined && isAt(source, start, end, known.bytes)) return known.string
	const string = readString(source, start, end)
	knownKeys[slot] = {bytes: Uint8Array.prototype.slice.call(source, start, end), string}
	return string
}

function isAt(source: Buffer, start: number, end: number, bytes: Uint8Array): boolean {
	if (bytes.length !== end - start) return false
	for (let index = 0; index < bytes.length; index++) {
		if (source[start + index] !== bytes[index]) return false
	}
	return true
}
