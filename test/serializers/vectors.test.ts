/** What Python's msgspec writes and reads, vector by vector. */
import test from 'ava'
import {createCodec} from '../../src/serializers/codec.js'
import {json} from '../../src/serializers/json.js'
import {msgpack} from '../../src/serializers/msgpack.js'
import {type DecodeVector, isRecorded, type Outcome, untag, vectors} from './support/vectors.js'

const formats = {msgpack, json}

const FLOAT = 'JavaScript has one kind of number: an integral one is written as an integer'
const KEYS = 'an object has strings for keys'
const ORDER = 'an object begins with the keys that look like integers'
const CUT = 'a Date holds milliseconds'

/** The vectors whose value, once read, is not written with the same bytes again, and why. */
const otherBytes: Readonly<Record<'msgpack' | 'json', Readonly<Record<string, string>>>> = {
	msgpack: {
		'int+9007199254740991': 'an int64 in the place of a uint64',
		'float-1.0': FLOAT,
		'float--5.0': FLOAT,
		'float-4294967296.0': FLOAT,
		'float-9007199254740992.0': FLOAT,
		'key-int': KEYS,
		'key-int-big': KEYS,
		'key-bool': KEYS,
		'key-none': KEYS,
		'key-int-top-level': KEYS,
		'dict-key-order': ORDER,
		'datetime-utc-us': CUT,
		'datetime-ist-us': CUT,
		'datetime-max': CUT,
		'datetime-2106': 'a timestamp of 12 bytes in the place of 8',
	},
	json: {
		'float-1.0': FLOAT,
		'float--5.0': FLOAT,
		'float-4294967296.0': FLOAT,
		'float-9007199254740992.0': FLOAT,
		'float-1e+308': 'the exponent has a sign',
		'dict-key-order': ORDER,
	},
}

/** What is read as another value than the recorded one. */
const otherValues: Readonly<Record<string, unknown>> = {
	'msgpack int-9007199254740992': {v: -(2 ** 53)},
	'json int-9007199254740992': {v: -(2 ** 53)},
	'json-minus-zero': {v: -0},
}

for (const {name, ...outcomes} of vectors.serializer) {
	for (const format of ['msgpack', 'json'] as const) {
		const outcome: Outcome = outcomes[format]
		if (outcome.error !== undefined) continue
		const value = (otherValues[`${format} ${name}`] ?? untag(outcome.decoded)) as Record<string, unknown>
		const {hex} = outcome
		if (hex !== undefined) {
			test(`${format} reads what msgspec writes: ${name}`, t => {
				t.deepEqual(formats[format].decode(Buffer.from(hex, 'hex')), value)
			})
		}
		const reason = otherBytes[format][name]
		test(`${format} writes the bytes of msgspec${reason ? ' or says the same otherwise' : ''}: ${name}`, t => {
			const bytes = formats[format].encode(value)
			t.is(isRecorded(bytes, outcome), reason === undefined, reason)
			t.deepEqual(formats[format].decode(bytes), value)
		})
	}
}

for (const [name, value] of [
	['str-lone-surrogate', '\ud800'],
	['int-9223372036854775809', -9223372036854775809n],
	['function', () => {}],
	['object', new (class Thing {})()],
	['generator', (function* () {})()],
	['cycle', cycle()],
] as const) {
	test(`msgpack refuses what msgspec refuses: ${name}`, t => {
		t.truthy(vectors.serializer.find(vector => vector.name === name)?.msgpack.error)
		t.throws(() => msgpack.encode({v: value}), {code: 'ERR_SESSION_UNSUPPORTED_VALUE', message: /^session\.v[ [.]/})
	})
}

test('every vector that msgspec refuses is refused here, or has no counterpart in JavaScript', t => {
	const refused = vectors.serializer.filter(({msgpack}) => msgpack.error !== undefined).map(({name}) => name)
	const tested = ['str-lone-surrogate', 'int-9223372036854775809', 'function', 'object', 'generator', 'cycle']
	t.deepEqual(refused.sort(), [...tested, 'deque', 'markup', 'complex', 'fraction'].sort())
})

/** The records that Flask-Session reads and this package does not, and why. */
const notRead: Readonly<Record<string, string>> = {
	'pickle-in-msgpack-store': 'unpickling is code execution',
	'pickle-protocol-0': 'unpickling is code execution',
	'pickle-in-json-store': 'unpickling is code execution',
	'top-level-empty-array': 'a list of pairs is no session',
	'array-key': 'an object has no key that is an array, and a string in its place would reach Python as another key',
}

/** The records that Flask-Session refuses and this package reads, and as what. */
const readAllTheSame: Readonly<Record<string, Record<string, unknown>>> = {
	// Python's last moment, which msgpackr rounds up, becomes the same
	'timestamp96-year-10000': {v: new Date('9999-12-31T23:59:59.999Z')},
	'json-float-overflow': {v: Number.POSITIVE_INFINITY},
}

for (const vector of vectors.decode_only) {
	const {
		name,
		configured_format: format,
		hex,
		flask_session_decode: {decoded},
	} = vector
	const codec = createCodec(format)
	const bytes = Buffer.from(hex, 'hex')
	const known = otherValues[name] ?? readAllTheSame[name]
	if (known !== undefined || isUsable(vector)) {
		test(`a record is read: ${name}`, t => {
			t.deepEqual(codec.decode(bytes), (known ?? (decoded === null ? undefined : untag(decoded))) as never)
		})
	} else {
		test(`a record is refused as corrupt: ${name}`, t => {
			t.throws(() => codec.decode(bytes), {code: 'ERR_SESSION_CORRUPT_RECORD'})
		})
	}
}

test('every exception to the vectors names one', t => {
	const names = new Set([...vectors.serializer, ...vectors.decode_only].map(({name}) => name))
	const excepted = [otherBytes.msgpack, otherBytes.json, otherValues, notRead, readAllTheSame].flatMap(Object.keys)
	for (const name of excepted) t.true(names.has(name.replace(/^(msgpack|json) /, '')), name)
})

function isUsable({name, usable_as_session: usable}: DecodeVector): boolean {
	return usable === true && notRead[name] === undefined
}

function cycle(): unknown[] {
	const array: unknown[] = []
	array.push(array)
	return array
}
