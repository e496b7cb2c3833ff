import {Extension, isMoment, MAP, SET, TIMESTAMP} from './msgpack-extensions.js'
import {assertDense, assertDepth, assertWellFormed, isPlainObject, kindOf, under, unsupported} from './values.js'

/**
 * `value` as MessagePack, each part in the smallest form, as Python's msgspec writes it. Throws a refusal.
 */
export function writeMsgpack(value: unknown): Buffer {
	const writer = new Writer()
	writer.value(value, 0)
	return writer.written()
}

class Writer {
	#target = Buffer.allocUnsafe(1024)
	#view = viewOf(this.#target)
	#position = 0

	written(): Buffer {
		return Buffer.from(this.#target.subarray(0, this.#position))
	}

	/** The names of the types are those of the specification: https://github.com/msgpack/msgpack/blob/master/spec.md */
	value(value: unknown, depth: number): void {
		if (typeof value === 'string') this.#string(value)
		else if (typeof value === 'number') this.#number(value)
		else if (typeof value === 'boolean') this.#uint8(value ? 0xc3 : 0xc2)
		else if (typeof value === 'bigint') this.#bigint(value)
		else if (value === null || value === undefined)
			this.#uint8(0xc0) // nil
		else if (typeof value === 'object') this.#object(value, depth)
		else throw unsupported(kindOf(value), 'store plain data')
	}

	#object(value: object, depth: number): void {
		assertDepth(depth)
		if (Array.isArray(value)) this.array(value, depth)
		else if (isPlainObject(value)) this.#map(value, depth)
		else if (value instanceof Date) this.#date(value)
		else if (value instanceof Uint8Array) this.#bytes(value)
		else if (value instanceof Map) this.#extension(MAP, arrayOf([...value], depth))
		else if (value instanceof Set) this.#extension(SET, arrayOf([...value], depth))
		else if (value instanceof Extension) this.#extension(value.type, value.data)
		else throw unsupported(kindOf(value), 'store plain data, a Date, a Map, a Set or bytes')
	}

	array(array: readonly unknown[], depth: number): void {
		assertDense(array)
		this.#containerHeader(0x90, 0xdc, array.length)
		let index = 0
		try {
			for (; index < array.length; index++) this.value(array[index], depth + 1)
		} catch (error) {
			throw under(index, error)
		}
	}

	#map(object: Record<string, unknown>, depth: number): void {
		const keys = Object.keys(object)
		this.#containerHeader(0x80, 0xde, keys.length)
		let key = ''
		try {
			for (key of keys) {
				this.#string(key)
				this.value(object[key], depth + 1)
			}
		} catch (error) {
			throw under(key, error)
		}
	}

	#string(string: string): void {
		if (this.#shortAscii(string)) return
		assertWellFormed(string)
		const length = Buffer.byteLength(string)
		if (length < 0x20)
			this.#uint8(0xa0 | length) // fixstr
		else this.#header(0xd9, length) // str 8, 16, 32
		const start = this.#skip(length)
		this.#target.write(string, start)
	}

	/** Writes `string` if it is short and ASCII: it is faster to look at each character than to call into Node. */
	#shortAscii(string: string): boolean {
		const {length} = string
		if (length >= 0x20) return false
		const start = this.#skip(1 + length)
		this.#target[start] = 0xa0 | length
		for (let index = 0; index < length; index++) {
			const code = string.charCodeAt(index)
			if (code >= 0x80) {
				this.#position = start
				return false
			}
			this.#target[start + 1 + index] = code
		}
		return true
	}

	#number(value: number): void {
		if (Number.isInteger(value) && Math.abs(value) <= 2 ** 53 && !Object.is(value, -0)) {
			this.#integer(value)
			return
		}
		this.#uint8(0xcb) // float 64
		const start = this.#skip(8)
		this.#view.setFloat64(start, value)
	}

	#bigint(value: bigint): void {
		if (value >= 2n ** 64n || value < -(2n ** 63n)) {
			throw unsupported('an integer beyond 64 bits', 'store it as a string')
		}
		if (value >= -(2n ** 53n) && value <= 2n ** 53n) this.#integer(Number(value))
		else this.#integer64(value)
	}

	#integer(value: number): void {
		if (value >= 0) {
			if (value < 0x80)
				this.#uint8(value) // positive fixint
			else if (value < 2 ** 32)
				this.#header(0xcc, value) // uint 8, 16, 32
			else this.#integer64(BigInt(value))
		} else if (value >= -0x20)
			this.#uint8(value & 0xff) // negative fixint
		else if (value >= -0x80)
			this.#header8(0xd0, value & 0xff) // int 8, 16, 32
		else if (value >= -0x8000) this.#header16(0xd1, value)
		else if (value >= -(2 ** 31)) this.#header32(0xd2, value)
		else this.#integer64(BigInt(value))
	}

	#integer64(value: bigint): void {
		this.#uint8(value < 0n ? 0xd3 : 0xcf) // int 64, uint 64
		const start = this.#skip(8)
		this.#view.setBigUint64(start, BigInt.asUintN(64, value))
	}

	#bytes(bytes: Uint8Array): void {
		this.#header(0xc4, bytes.length) // bin 8, 16, 32
		this.#copy(bytes)
	}

	#extension(type: number, data: Uint8Array): void {
		const power = [1, 2, 4, 8, 16].indexOf(data.length)
		if (power >= 0)
			this.#uint8(0xd4 + power) // fixext 1, 2, 4, 8, 16
		else this.#header(0xc7, data.length) // ext 8, 16, 32
		this.#uint8(type)
		this.#copy(data)
	}

	#date(date: Date): void {
		const time = date.getTime()
		if (Number.isNaN(time)) throw unsupported('an invalid Date', 'store null in its place')
		if (!isMoment(time)) {
			throw unsupported('a Date outside of the years 1 to 9999', 'store a number or a string in its place')
		}
		this.#extension(TIMESTAMP, timestamp(time))
	}

	#copy(bytes: Uint8Array): void {
		const start = this.#skip(bytes.length)
		this.#target.set(bytes, start)
	}

	#containerHeader(fix: number, type: number, length: number): void {
		if (length < 0x10) this.#uint8(fix | length)
		else if (length < 0x10000) this.#header16(type, length)
		else this.#header32(type + 1, length)
	}

	/** The smallest of three types that follow one another, for a number of 8, 16 or 32 bits. */
	#header(type: number, number: number): void {
		if (number < 0x100) this.#header8(type, number)
		else if (number < 0x10000) this.#header16(type + 1, number)
		else this.#header32(type + 2, number)
	}

	#header8(type: number, number: number): void {
		const start = this.#skip(2)
		this.#target[start] = type
		this.#target[start + 1] = number
	}

	#header16(type: number, number: number): void {
		const start = this.#skip(3)
		this.#target[start] = type
		this.#view.setUint16(start + 1, number)
	}

	#header32(type: number, number: number): void {
		const start = this.#skip(5)
		this.#target[start] = type
		this.#view.setUint32(start + 1, number)
	}

	#uint8(byte: number): void {
		const start = this.#skip(1)
		this.#target[start] = byte
	}

	/** Makes room for `length` bytes; where they begin. May replace the target. */
	#skip(length: number): number {
		const start = this.#position
		this.#position = start + length
		if (this.#position > this.#target.length) {
			const larger = Buffer.allocUnsafe(Math.max(this.#position, 2 * this.#target.length))
			larger.set(this.#target.subarray(0, start))
			this.#target = larger
			this.#view = viewOf(larger)
		}
		return start
	}
}

function viewOf(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function arrayOf(items: readonly unknown[], depth: number): Uint8Array {
	const writer = new Writer()
	writer.array(items, depth)
	return writer.written()
}

/** `time`, in milliseconds since 1970, as timestamp 32, 64 or 96. */
function timestamp(time: number): Uint8Array {
	const seconds = Math.floor(time / 1000)
	const nanoseconds = (time - seconds * 1000) * 1e6
	const fits = seconds >= 0 && seconds < 2 ** 34
	const bytes = new Uint8Array(fits ? (nanoseconds === 0 && seconds < 2 ** 32 ? 4 : 8) : 12)
	const view = viewOf(bytes)
	if (bytes.length === 4) {
		view.setUint32(0, seconds)
	} else if (bytes.length === 8) {
		view.setUint32(0, nanoseconds * 4 + Math.floor(seconds / 2 ** 32))
		view.setUint32(4, seconds)
	} else {
		view.setUint32(0, nanoseconds)
		view.setBigInt64(4, BigInt(seconds))
	}
	return bytes
}
