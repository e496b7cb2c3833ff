/** Strings that look like something else, long strings, and arrays that are long in appearance only. */
import test from 'ava'
import type {Data} from '../../src/serializers/codec.js'
import {json} from '../../src/serializers/json.js'
import {msgpack} from '../../src/serializers/msgpack.js'

const formats = {msgpack, json}
const DIGITS = 9_007_199_254_740_993n

const strings: readonly string[] = [
	'\0integer:1234567890123456',
	'\0integer:x',
	'\0',
	'1234567890123456789',
	'"1234567890123456789',
	'\\',
	'\\"1234567890123456789,"',
	'{"n":1234567890123456789}',
	'\\u0000integer:1234567890123456',
	'\u2028 1234567890123456',
]

for (const [format, serializer] of Object.entries(formats)) {
	test(`${format} gives back strings that look like something else, as values and as keys, beside a long integer`, t => {
		for (const string of strings) {
			const data = {[string]: DIGITS, s: string, list: [string, {[string]: string}]}
			t.deepEqual(serializer.decode(serializer.encode(data)), data)
		}
	})

	test(`${format} gives back strings of 1 MB and of 16 MB beside a long integer`, t => {
		for (const length of [1_000_000, 16_000_000]) {
			for (const pattern of ['x', 'ü', '\\', '"', '1']) {
				const data = {n: DIGITS, s: pattern.repeat(length / Buffer.byteLength(pattern))}
				// not deepEqual, which would print them
				const read = serializer.decode(serializer.encode(data)) as typeof data
				t.true(read.n === data.n && read.s === data.s, `${pattern} ${length}`)
			}
		}
	})

	test(`${format} refuses an array of holes with its path, without a walk through them`, t => {
		const begun: unknown[] = [1, 2, 3]
		begun[4_294_967_290] = 'x'
		const empty: unknown[] = []
		empty.length = 2 ** 32 - 1
		for (const array of [begun, empty]) {
			t.throws(() => serializer.encode({cart: {items: array}}), {
				code: 'ERR_SESSION_UNSUPPORTED_VALUE',
				message: /^session\.cart\.items is an array with more than 1000 holes/,
			})
		}
	})

	test(`${format} stores a thousand holes as null`, t => {
		const array: unknown[] = []
		array[1000] = 1
		const read = serializer.decode(serializer.encode({array})) as Data
		t.deepEqual(read.array, [...Array(1000).fill(null), 1])
	})
}

test('a long integer in JSON is read at any place, with white space around', t => {
	const read = (text: string) => json.decode(Buffer.from(text))
	t.deepEqual(read('{ "a" : [ 9007199254740993 , -9007199254740993\n] , "b" : { } }'), {a: [DIGITS, -DIGITS], b: {}})
	t.deepEqual(read('{"a":[],"b":1234567890123456,"c":1234567890123456.5,"d":12345678901234567e3}'), {
		a: [],
		b: 1234567890123456,
		c: 1234567890123456.5,
		d: 12345678901234567e3,
	})
	t.deepEqual(read('{"a":9007199254740993,"a":true,"b":false,"c":null}'), {a: true, b: false, c: null})
})
