/** Random values: what comes back is what was stored. */

import {isDeepStrictEqual} from 'node:util'
import test from 'ava'
import fc from 'fast-check'
import {isNativeAccelerationEnabled, pack, unpack} from 'msgpackr'
import {msgpack} from '../../src/serializers/msgpack.js'

const RUNS = 100_000

const strings = fc.oneof(
	fc.string({maxLength: 80}),
	fc.string({unit: 'binary', maxLength: 80}),
	fc.constantFrom('', 'ü', 'Köln', '日本語', '😀', '\ufffd', '\0', '__proto__', 'constructor', '1234567890123456789'),
	fc
		.tuple(fc.constantFrom('a', 'é', '日', '😀'), fc.constantFrom(15, 16, 31, 32, 63, 64, 255, 256, 3000))
		.map(([character, times]) => character.repeat(times)),
)
const dates = fc.date({
	min: new Date('0001-01-01T00:00:00Z'),
	noInvalidDate: true,
	max: new Date('9999-12-31T23:59:59.999Z'),
})

const {inMsgpack} = fc.letrec(tie => ({
	inMsgpack: fc.oneof(
		{depthSize: 'small', withCrossShrink: true},
		strings,
		fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null)),
		fc.bigInt({min: 2n ** 53n + 1n, max: 2n ** 64n - 1n}),
		dates,
		fc.uint8Array({maxLength: 40}).map(bytes => Buffer.from(bytes)),
		fc.array(tie('inMsgpack'), {maxLength: 5}),
		fc.dictionary(strings, tie('inMsgpack'), {maxKeys: 5, noNullPrototype: true}),
		fc.array(tie('inMsgpack'), {maxLength: 5}).map(members => new Set(members)),
		fc.array(fc.tuple(tie('inMsgpack'), tie('inMsgpack')), {maxLength: 5}).map(entries => new Map(entries)),
	),
}))

test('msgpack gives back strings beside a Map and a Set', t => {
	const data = {
		name: 'a'.repeat(40),
		tags: new Set(['b'.repeat(40), 'grün']),
		sizes: new Map([['c'.repeat(40), {height: 'ü'.repeat(40)}]]),
		city: 'Köln'.repeat(10),
	}
	t.deepEqual(msgpack.decode(msgpack.encode(data)), data)
})

test('msgpack gives back an object inside of a Map and a Set beside the key __proto__', t => {
	const data = {m: new Map([['a', {b: 1}]]), s: new Set([{c: 2}]), text: '__proto__'}
	t.deepEqual(msgpack.decode(msgpack.encode(data)), data)
})

test('msgpack gives back random values, also when something else uses the native part of msgpackr', t => {
	t.true(isNativeAccelerationEnabled)
	t.deepEqual(unpack(pack({text: 'x'.repeat(200)})), {text: 'x'.repeat(200)})
	fc.assert(
		fc.property(fc.dictionary(strings, inMsgpack, {maxKeys: 6, noNullPrototype: true}), data =>
			isDeepStrictEqual(msgpack.decode(msgpack.encode(data)), data),
		),
		{numRuns: RUNS},
	)
})
