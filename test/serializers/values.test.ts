/** Values of JavaScript through both serializers, and what they refuse. */
import test from 'ava'
import {createCodec, type Data} from '../../src/serializers/codec.js'
import type {Serializer} from '../../src/serializers/contract.js'
import {json} from '../../src/serializers/json.js'
import {msgpack} from '../../src/serializers/msgpack.js'

const formats = {msgpack, json}
const throughMsgpack = (value: unknown) => (msgpack.decode(msgpack.encode({v: value})) as Data).v

const both: Readonly<Record<string, unknown>> = {
	'an emoji beyond the BMP': '😀 in 日本語',
	'a string with U+FFFD': 'was \ufffd',
	'a string of one megabyte': 'x'.repeat(1_000_000),
	'the integer 2^53': 2 ** 53,
	'an integral number beyond 2^53': 2 ** 60,
	'the number 1e20': 1e20,
	'the number 1e21': 1e21,
	'a negative number beyond 2^53': -1e17,
	'the largest number': Number.MAX_VALUE,
	'the smallest number': Number.MIN_VALUE,
	'a BigInt beyond 2^53': 2n ** 53n + 1n,
	'the integer zero with a sign': -0,
	'a deeply nested value': [[[[{a: [{b: null}]}]]]],
	'keys that are names of Object.prototype': {constructor: 1, toString: 2, hasOwnProperty: 3},
	'the key __proto__': JSON.parse('{"__proto__": {"admin": true}}'),
	'nested keys that other session layers reserve': {cookie: 1, _x: 2, isNew: 3, maxAge: 4, id: 5, save: 6, toJSON: 7},
	'a string that looks like a number in a string': '{"n": 12345678901234567890}',
	'a string with a backslash before a quote and digits': '\\"1234567890123456789',
}

for (const [what, value] of Object.entries(both)) {
	for (const [format, serializer] of Object.entries(formats)) {
		test(`${format} gives back ${what}`, t => {
			const read = (serializer.decode(serializer.encode({v: value})) as Data).v
			t.deepEqual(read, value)
			t.true(Object.is(read, value) || typeof value === 'object')
		})
	}
}

const msgpackOnly: Readonly<Record<string, unknown>> = {
	'a Date': new Date('2024-03-26T12:34:56.789Z'),
	'a Date before 1970': new Date(-1),
	'a Date beyond 2514': new Date('2600-01-01T00:00:00.001Z'),
	'the first Date that Python has': new Date('0001-01-01T00:00:00Z'),
	'the last Date that Python has': new Date('9999-12-31T23:59:59.999Z'),
	'a Map with keys of any kind': new Map<unknown, unknown>([
		[1, 'a'],
		['1', 'b'],
		[null, new Map([['x', new Set([1])]])],
	]),
	'a Set': new Set(['a', 1, null]),
	'an empty Map': new Map(),
	'an empty Set': new Set(),
	NaN: Number.NaN,
	Infinity: Number.POSITIVE_INFINITY,
	'a Buffer': Buffer.from([0, 1, 254, 255]),
	'a Buffer inside of a Map': new Map([['b', Buffer.from('xyz')]]),
	'the smallest BigInt of 64 bits': -(2n ** 63n),
	'the largest BigInt of 64 bits': 2n ** 64n - 1n,
}

for (const [what, value] of Object.entries(msgpackOnly)) {
	test(`msgpack gives back ${what}`, t => {
		const read = throughMsgpack(value)
		t.deepEqual(read, value)
		t.is(Object.getPrototypeOf(Object(read)), Object.getPrototypeOf(Object(value)))
	})
	test(`json ${what.includes('BigInt') ? 'gives back' : 'refuses'} ${what}`, t => {
		if (what.includes('BigInt')) t.deepEqual((json.decode(json.encode({v: value})) as Data).v, value)
		else t.throws(() => json.encode({v: value}), {code: 'ERR_SESSION_UNSUPPORTED_VALUE', message: /^session\.v is /})
	})
}

test('msgpack reads a Uint8Array as a Buffer', t => {
	t.deepEqual(throughMsgpack(new Uint8Array([1, 2])), Buffer.from([1, 2]))
})

test('undefined becomes null in an array and in an object', t => {
	for (const serializer of [msgpack, json]) {
		const value = {a: [1, undefined, 3], b: undefined}
		t.deepEqual(serializer.decode(serializer.encode(value)), {a: [1, null, 3], b: null})
	}
})

test('the hole of a sparse array becomes null', t => {
	const sparse = [1]
	sparse[2] = 3
	for (const serializer of [msgpack, json]) {
		t.deepEqual(serializer.decode(serializer.encode({v: sparse})), {v: [1, null, 3]})
	}
})

test('keys that are numbers come back as strings', t => {
	for (const serializer of [msgpack, json]) t.deepEqual(serializer.decode(serializer.encode({1: 'a'})), {'1': 'a'})
})

test('to read the key __proto__ does not change a prototype', t => {
	for (const serializer of [msgpack, json]) {
		const read = serializer.decode(
			serializer.encode(JSON.parse('{"__proto__": {"admin": true}, "m": {"__proto__": 1}}')),
		)
		t.is((read as {admin?: boolean}).admin, undefined)
		t.is(Object.getPrototypeOf(read), Object.prototype)
		t.true(Object.hasOwn(read as object, '__proto__'))
	}
	t.is(({} as {admin?: boolean}).admin, undefined)
})

test('keys that Object.prototype has too are read where it is frozen', t => {
	const data = {toString: 1, nested: {toString: 2, n: 2n ** 60n}}
	const descriptor = Object.getOwnPropertyDescriptor(Object.prototype, 'toString') as PropertyDescriptor
	for (const serializer of [msgpack, json]) {
		const bytes = serializer.encode(data)
		Object.defineProperty(Object.prototype, 'toString', {...descriptor, writable: false})
		try {
			t.deepEqual(serializer.decode(bytes), data)
		} finally {
			Object.defineProperty(Object.prototype, 'toString', descriptor)
		}
	}
})

test('an object without a prototype is a plain object', t => {
	const value = Object.assign(Object.create(null), {a: 1})
	for (const serializer of [msgpack, json]) t.deepEqual(serializer.decode(serializer.encode({v: value})), {v: {a: 1}})
})

test('a toJSON method is data like any other function, and refused', t => {
	for (const serializer of [msgpack, json]) {
		t.throws(() => serializer.encode({v: {toJSON: () => 'x'}}), {message: /^session\.v\.toJSON is a function/})
	}
})

class Cart {}

const refused: readonly [what: string, value: unknown, place: string][] = [
	['a function', {a: {b: [0, 1, () => {}]}}, 'session.a.b[2] is a function'],
	['a symbol', {'unit price': Symbol('secret')}, 'session["unit price"] is a symbol'],
	['an instance of a class', {cart: {items: [{}, {}, new Cart()]}}, 'session.cart.items[2] is an instance of Cart'],
	['a promise', {user: Promise.resolve()}, 'session.user is a promise'],
	['an Error', {last: new Error('password=1')}, 'session.last is an instance of Error'],
	['a RegExp', {pattern: /x/}, 'session.pattern is an instance of RegExp'],
	['a WeakMap', {cache: new WeakMap()}, 'session.cache is an instance of WeakMap'],
	['a Proxy of a class', {proxy: new Proxy(new Cart(), {})}, 'session.proxy is an instance of Cart'],
	['an invalid Date', {at: new Date(Number.NaN)}, 'session.at is'],
	['a lone surrogate', {name: 'x\ud800'}, 'session.name is a string with a lone surrogate'],
	['a key with a lone surrogate', {'\udc00': 1}, 'session["\\udc00"] is a string with a lone surrogate'],
	['a very long key', {['x'.repeat(41)]: () => {}}, `session["${'x'.repeat(40)}"...] is a function`],
	['a key that needs quotes', {'a"b': {1: () => {}}}, 'session["a\\"b"]["1"] is a function'],
]

for (const [what, value, place] of refused) {
	for (const [format, serializer] of Object.entries(formats)) {
		test(`${format} refuses ${what} with its place`, t => {
			const error = t.throws(() => serializer.encode(value as Data), {code: 'ERR_SESSION_UNSUPPORTED_VALUE'})
			t.true(error?.message.startsWith(place), error?.message)
			t.notRegex(error?.message ?? '', /password|secret/)
		})
	}
}

test('msgpack names the place inside of a Map and a Set', t => {
	t.throws(() => msgpack.encode({m: new Map([['k', () => {}]])}), {message: /^session\.m\[0\]\[1\] is a function/})
	t.throws(() => msgpack.encode({s: new Set([1, () => {}])}), {message: /^session\.s\[1\] is a function/})
})

test('a cycle through any container is refused, not followed', t => {
	const map = new Map<string, unknown>()
	map.set('self', map)
	const object: Record<string, unknown> = {}
	object.self = {inner: [object]}
	for (const value of [map, object]) t.throws(() => msgpack.encode({value}), {code: 'ERR_SESSION_UNSUPPORTED_VALUE'})
})

test('one object in two places is stored twice, and not taken for a cycle', t => {
	const shared = {a: 1}
	for (const serializer of [msgpack, json]) {
		t.deepEqual(serializer.decode(serializer.encode({x: shared, y: [shared]})), {x: {a: 1}, y: [{a: 1}]})
	}
})

test('what lies 500 levels deep is stored, and what lies deeper is refused', t => {
	const nested = (levels: number) => {
		let value: unknown = []
		for (let level = 1; level < levels; level++) value = [value]
		return {v: value}
	}
	for (const serializer of [msgpack, json]) {
		t.deepEqual(serializer.decode(serializer.encode(nested(500))), nested(500))
		t.throws(() => serializer.encode(nested(501)), {code: 'ERR_SESSION_UNSUPPORTED_VALUE', message: /500 levels/})
	}
})

test('encoding leaves the value as it is', t => {
	const value = {n: 2 ** 40, s: new Set([1]), m: new Map([['a', 2 ** 41]]), z: [-0, undefined]}
	msgpack.encode(value)
	t.deepEqual(value, {n: 2 ** 40, s: new Set([1]), m: new Map([['a', 2 ** 41]]), z: [-0, undefined]})
})

test('to change a Buffer that was read does not change the bytes it was read from', t => {
	const bytes = Buffer.from(msgpack.encode({b: Buffer.from([1, 2, 3])}))
	const before = Buffer.from(bytes)
	;((msgpack.decode(bytes) as Data).b as Buffer).fill(9)
	t.deepEqual(bytes, before)
})

test('a string or a key that is not UTF-8 makes a record corrupt', t => {
	const codec = createCodec('msgpack')
	for (const hex of ['81a161a2c328', '81a2c32801', '81a1619181a161a2c328']) {
		t.throws(() => codec.decode(Buffer.from(hex, 'hex')), {code: 'ERR_SESSION_CORRUPT_RECORD'}, hex)
	}
})

test("Python's datetime.max is read as its last millisecond, and can be written again", t => {
	const bytes = Buffer.from('81a176c70cff3b9ac6180000003afff4417f', 'hex')
	const read = msgpack.decode(bytes) as Data
	t.deepEqual(read.v, new Date('9999-12-31T23:59:59.999Z'))
	t.notThrows(() => msgpack.encode(read))
})

test('a date that Python has not makes a record corrupt', t => {
	const codec = createCodec('msgpack')
	// 2^40 seconds after 1970, and a timestamp of a length that is none
	for (const hex of ['81a176c70cff000000000000010000000000', '81a176c703ff000000']) {
		t.throws(() => codec.decode(Buffer.from(hex, 'hex')), {code: 'ERR_SESSION_CORRUPT_RECORD'}, hex)
	}
})

test('a record in either format is read whatever is configured', t => {
	const data = {_permanent: true, a: 1}
	for (const format of ['msgpack', 'json'] as const) {
		for (const serializer of [msgpack, json]) {
			t.deepEqual(createCodec(format).decode(Buffer.from(serializer.encode(data))), data)
		}
	}
})

test('a codec writes the configured format', t => {
	t.is(Buffer.from(createCodec('json').encode({a: 1})).toString(), '{"a":1}')
	t.is(Buffer.from(createCodec('msgpack').encode({a: 1})).toString('hex'), '81a16101')
})

/** A serializer of an application: JSON, backwards. */
const backwards: Serializer = {
	encode: value => Buffer.from(JSON.stringify(value)).reverse(),
	decode: bytes => JSON.parse(Buffer.from(bytes).reverse().toString()),
}

test('a serializer of the application writes and reads', t => {
	const codec = createCodec('msgpack', backwards)
	const bytes = codec.encode({a: 1})
	t.is(Buffer.from(bytes).toString(), '}1:"a"{')
	t.deepEqual(codec.decode(bytes), {a: 1})
})

test('with a serializer of the application records in MessagePack and JSON are still read', t => {
	const codec = createCodec('msgpack', backwards)
	for (const serializer of [msgpack, json]) t.deepEqual(codec.decode(Buffer.from(serializer.encode({a: 1}))), {a: 1})
})

test('a serializer of the application that gives no object makes a record corrupt', t => {
	const codec = createCodec('msgpack', {...backwards, decode: () => 'text'})
	t.throws(() => codec.decode(Buffer.from('xyz')), {code: 'ERR_SESSION_CORRUPT_RECORD'})
})

test('a fingerprint tells values apart whose CRC32 is the same', t => {
	const codec = createCodec('msgpack')
	t.notDeepEqual(codec.fingerprint('name', 'htpqwklvynl'), codec.fingerprint('name', 'pojqhnulnxu'))
})

test('the error of a corrupt record names its cause and shows nothing of the record', t => {
	const error = t.throws(() => createCodec('msgpack').decode(Buffer.from('{"password": "hunter2"')), {
		code: 'ERR_SESSION_CORRUPT_RECORD',
	})
	t.notRegex(error?.message ?? '', /hunter2/)
	t.truthy(error?.cause)
})
