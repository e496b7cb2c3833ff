/** Random values: what comes back is what was stored. */
import {setImmediate} from 'node:timers/promises'
import {isDeepStrictEqual} from 'node:util'
import test from 'ava'
import fc from 'fast-check'
import {json} from '../../src/serializers/json.js'
import {msgpack} from '../../src/serializers/msgpack.js'

const RUNS = 100_000
/** Runs are divided, and each part begins with `setImmediate`, so that ava hears of the part before. */
const PARTS = 5

/** A string in which msgpackr does not read the byte order mark that it begins with. */
const losesMark = (string: string) => string.startsWith('\ufeff') && Buffer.byteLength(string) > 64

const strings = fc
	.oneof(
		fc.string({maxLength: 80}),
		fc.string({unit: 'binary', maxLength: 80}),
		fc.constantFrom('', 'ü', 'Köln', '日本語', '😀', '\ufffd', '\0', 'constructor', '1234567890123456789', '"\\"'),
		fc
			.tuple(fc.constantFrom('a', 'é', '日', '😀'), fc.constantFrom(15, 16, 31, 32, 63, 64, 255, 256, 3000))
			.map(([character, times]) => character.repeat(times)),
	)
	.filter(string => !losesMark(string))
const keys = fc.oneof(strings, fc.constant('__proto__'))
const plain = fc.oneof(
	fc.double({noNaN: true, noDefaultInfinity: true}),
	fc.integer(),
	fc.maxSafeInteger(),
	fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 31), -(2 ** 53), 127, 128, -32, -33, -129),
	fc.boolean(),
	fc.constant(null),
)
const bigintsOf64Bits = fc.oneof(
	fc.bigInt({min: 2n ** 53n + 1n, max: 2n ** 64n - 1n}),
	fc.bigInt({min: -(2n ** 63n), max: -(2n ** 53n) - 1n}),
)
const dates = fc.date({
	min: new Date('0001-01-01T00:00:00Z'),
	max: new Date('9999-12-31T23:59:59.999Z'),
	noInvalidDate: true,
})
const bytes = fc.uint8Array({maxLength: 300}).map(array => Buffer.from(array))

/** Session data whose values are `leaves`, or hold them in arrays, objects and the `containers` of them. */
function dataOf(
	leaves: fc.Arbitrary<unknown>[],
	names: fc.Arbitrary<string>,
	containers: (value: fc.Arbitrary<unknown>) => fc.Arbitrary<unknown>[] = () => [],
) {
	const {value} = fc.letrec(tie => ({
		value: fc.oneof(
			{depthSize: 'small', withCrossShrink: true},
			...leaves,
			fc.array(tie('value'), {maxLength: 5}),
			fc.dictionary(names, tie('value'), {maxKeys: 5, noNullPrototype: true}),
			...containers(tie('value')),
		),
	}))
	return fc.dictionary(names, value, {maxKeys: 6, noNullPrototype: true}) as fc.Arbitrary<Record<string, unknown>>
}

const inMsgpack = dataOf(
	[strings, plain, fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY), bigintsOf64Bits, dates, bytes],
	keys,
	value => [
		fc.array(value, {maxLength: 5}).map(members => new Set(members)),
		fc.array(fc.tuple(value, value), {maxLength: 5}).map(entries => new Map(entries)),
	],
)
const inJson = dataOf([strings, plain, bigintsOf64Bits, fc.bigInt({min: 2n ** 64n})], keys)
/** What every implementation writes alike: no -0, and no integer that may be taken for a float. */
const everywhere = plain.filter(
	value => typeof value !== 'number' || (Math.abs(value) < 2 ** 53 && !Object.is(value, -0)),
)

function holdsFor(data: typeof inJson, numRuns: number, property: (value: Record<string, unknown>) => boolean): void {
	fc.assert(fc.property(data, property), {numRuns})
}

for (let part = 1; part <= PARTS; part++) {
	test.serial(`msgpack gives back random values, part ${part} of ${PARTS}`, async t => {
		await setImmediate()
		t.notThrows(() =>
			holdsFor(inMsgpack, RUNS / PARTS, data => isDeepStrictEqual(msgpack.decode(msgpack.encode(data)), data)),
		)
	})
}

test.serial('json gives back random values', async t => {
	await setImmediate()
	t.notThrows(() => holdsFor(inJson, RUNS / 5, data => isDeepStrictEqual(json.decode(json.encode(data)), data)))
})

test.serial('json reads what JSON.stringify writes, with white space too', async t => {
	await setImmediate()
	const digits = {n: 1234567890123456, s: '1234567890123456'}
	t.notThrows(() =>
		holdsFor(dataOf([strings, everywhere], keys), RUNS / 10, value => {
			const written = {...value, digits}
			return [undefined, 2, '\t'].every(space =>
				isDeepStrictEqual(json.decode(Buffer.from(JSON.stringify(written, null, space))), written),
			)
		}),
	)
})

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
	const data = {m: new Map([['a', {b: 1}]]), s: new Set([{c: 2}]), key: '__proto__'}
	t.deepEqual(msgpack.decode(msgpack.encode(data)), data)
})

test('msgpack gives back a string that begins with a byte order mark, but not the mark of more than 64 bytes', t => {
	const read = (string: string) => (msgpack.decode(msgpack.encode({string})) as {string: string}).string
	t.is(read(`\ufeff${'x'.repeat(61)}`), `\ufeff${'x'.repeat(61)}`)
	t.is(read(`\ufeff${'x'.repeat(62)}`), 'x'.repeat(62))
	t.true(losesMark(`\ufeff${'x'.repeat(62)}`))
})
