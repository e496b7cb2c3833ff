/** Records that another program wrote: what cannot be written may be read, and no error shows what is in one. */
import {inspect} from 'node:util'
import test from 'ava'
import fc from 'fast-check'
import {Packr} from 'msgpackr'
import {createCodec, type Data} from '../../src/serializers/codec.js'
import type {Serializer} from '../../src/serializers/contract.js'
import {json} from '../../src/serializers/json.js'
import {msgpack} from '../../src/serializers/msgpack.js'
import {Extension} from '../../src/serializers/msgpack-extensions.js'
import {site} from '../support/served-site.js'

const nested = (levels: number, inside: string) =>
	Buffer.concat([Buffer.from('82a16101a176', 'hex'), Buffer.alloc(levels, 0x91), Buffer.from(inside, 'hex')])

/** Records with the keys `a` (1) and `v`, an object. */
const readable: Readonly<Record<string, Buffer>> = {
	'an extension': Buffer.from('82a16101a17681a178c70305010203', 'hex'),
	'an object that msgpackr stored as a record': Buffer.from('82a16101a176d4724091a16202', 'hex'),
	'an object that msgpackr stored as a record, beside __proto__': Buffer.from(
		'83a16101a176d4724091a16202a95f5f70726f746f5f5f80',
		'hex',
	),
	'900 levels in MessagePack': nested(900, '90'),
	'900 levels in JSON': Buffer.from(`{"a":1,"v":${'['.repeat(900)}${']'.repeat(900)}}`),
	'a lone surrogate in JSON': Buffer.from('{"a":1,"v":["x\\ud800"]}'),
	'an integer of 100 digits in JSON': Buffer.from(`{"a":1,"v":[${'9'.repeat(100)}]}`),
	'a number beyond all bounds in JSON': Buffer.from('{"a":1,"v":[1e400]}'),
}

for (const [what, record] of Object.entries(readable)) {
	for (const format of ['msgpack', 'json'] as const) {
		test(`a change is found in what others stored: ${what}, format ${format}`, t => {
			const codec = createCodec(format)
			const data = codec.decode(record) as Data
			const before = codec.fingerprint('v', data.v)
			t.deepEqual(codec.fingerprint('v', data.v), before)
			t.deepEqual(codec.fingerprint('v', codec.decode(record)?.v), before)
			Object.assign(data.v as object, {0: 'other'})
			t.notDeepEqual(codec.fingerprint('v', data.v), before)
			Object.assign(data.v as object, {0: () => {}})
			t.notDeepEqual(codec.fingerprint('v', data.v), before)
		})
	}

	test(`a request that only reads succeeds with what others stored: ${what}`, async t => {
		const {visitor, store, now, errors} = await site(t, {
			routes: {
				'/login': ctx => {
					ctx.session.user = 7
				},
				'/read': ctx => JSON.stringify(Object.keys(ctx.session.v)) && ctx.session.a,
			},
		})
		const someone = visitor()
		await someone('/login')
		await store.replace(`session:${someone.sid}`, {payload: record, expiresAt: now() + 60_000})
		store.take()
		const response = await someone('/read')
		t.is(response.body, '1')
		t.deepEqual(errors, [])
		t.false(store.take().some(call => call.startsWith('replace')))
	})
}

test('an extension of another program is written back as it was', t => {
	for (const extension of ['d40501', 'd5050102', 'c70305010203', 'd8800102030405060708090a0b0c0d0e0f10', 'c70005']) {
		const record = Buffer.from(`81a178${extension}`, 'hex')
		t.deepEqual(msgpack.encode(msgpack.decode(record) as Data), record)
		t.throws(() => json.encode(msgpack.decode(record) as Data), {code: 'ERR_SESSION_UNSUPPORTED_VALUE'})
	}
})

test('what msgpackr writes beyond MessagePack is corrupt, and nothing is made of it', t => {
	const codec = createCodec('msgpack')
	for (const value of [/x/, new TypeError('x'), new Set([1])]) {
		const record = new Packr({useRecords: false, moreTypes: true}).pack({v: value})
		t.throws(() => codec.decode(record), {code: 'ERR_SESSION_CORRUPT_RECORD'})
	}
	const bytes = new Packr({useRecords: false, moreTypes: true}).pack({v: new Float32Array(1)})
	t.deepEqual(codec.decode(bytes), {v: new Extension(0x74, Buffer.of(7, 0, 0, 0, 0))})
})

test('what is nested deeper than 1000 levels is corrupt in both formats, at any depth', t => {
	const codec = createCodec('msgpack')
	for (const levels of [1001, 100_000]) {
		const inJson = Buffer.from(`{"v":${'['.repeat(levels)}${']'.repeat(levels)}}`)
		const inExtensions = Buffer.concat([Buffer.from('81a176', 'hex'), Buffer.alloc(levels * 6, 'c9ffffffff4d', 'hex')])
		for (const record of [nested(levels, '90'), inJson, inExtensions]) {
			t.throws(() => codec.decode(record), {code: 'ERR_SESSION_CORRUPT_RECORD'})
		}
	}
})

const SECRETS = ['hunter2-of-the-visitor', 'grün-und-geheim-genug', 'tresor-number-forty', '8417 2265 9931 4470']
const secretData = {
	[SECRETS[2] as string]: SECRETS[0],
	list: [SECRETS[1], {name: SECRETS[3]}],
	set: new Set([SECRETS[0]]),
	map: new Map([[SECRETS[1], SECRETS[2]]]),
	n: 84_172_265_993_144_70n,
}
const {set: _set, map: _map, ...secretJsonData} = secretData

/** Six characters in a row. */
const pieces = SECRETS.flatMap(secret => Array.from({length: secret.length - 5}, (_, at) => secret.slice(at, at + 6)))

/** Takes a part of the record away, puts bytes in, or overwrites some. */
const damage = fc.record({
	at: fc.double({min: 0, max: 1, noNaN: true}),
	take: fc.integer({min: 0, max: 8}),
	put: fc.uint8Array({maxLength: 4}),
})

const quoting: Serializer = {
	encode: () => Buffer.alloc(0),
	decode: bytes => {
		throw Object.assign(new TypeError(`cannot read ${Buffer.from(bytes)}`), {
			name: Buffer.from(bytes).toString(),
			bytes,
		})
	},
}

for (const [format, record] of [
	['msgpack', Buffer.from(msgpack.encode(secretData))],
	['json', Buffer.from(json.encode(secretJsonData))],
] as const) {
	test(`the error of a damaged record shows nothing of it: ${format}`, t => {
		let thrown = 0
		const codecs = [createCodec(format), createCodec(format, quoting)]
		const shows = (damaged: Buffer) => {
			for (const codec of codecs) {
				try {
					codec.decode(damaged)
				} catch (error) {
					thrown++
					const {message, stack, cause} = error as Error
					const told = [message, stack, inspect(error, {depth: null, showHidden: true}), inspect(cause, {depth: null})]
					if (pieces.some(piece => told.some(text => text?.includes(piece)))) return true
				}
			}
			return false
		}
		for (const damaged of [Buffer.concat([record, Buffer.from('0')]), record.subarray(0, -1), record.subarray(0, 40)]) {
			t.false(shows(damaged))
		}
		t.notThrows(() =>
			fc.assert(
				fc.property(damage, ({at, take, put}) => {
					const position = Math.floor(at * record.length)
					const rest = record.subarray(position + take)
					return !shows(Buffer.concat([record.subarray(0, position), put, rest]))
				}),
				{numRuns: 3000},
			),
		)
		t.true(thrown > 1000, String(thrown))
	})
}

test('what is damaged is read as something, or is corrupt, and nothing else is thrown', t => {
	const codec = createCodec('msgpack')
	for (const first of [0x81, 0xde, 0xdf, 0x7b, 0x20]) {
		t.notThrows(() =>
			fc.assert(
				fc.property(fc.uint8Array({maxLength: 60}), bytes => {
					try {
						const data = codec.decode(Buffer.concat([Buffer.of(first), bytes])) ?? {}
						for (const [key, value] of Object.entries(data)) codec.fingerprint(key, value)
					} catch (error) {
						if ((error as {code?: string}).code !== 'ERR_SESSION_CORRUPT_RECORD') throw error
					}
				}),
				{numRuns: 5000},
			),
		)
	}
})

test('a length that is longer than the record takes no memory', t => {
	for (const hex of [
		'81a176ddffffffff',
		'81a176dfffffffff',
		'81a176c6ffffffff',
		'81a176dbffffffff',
		'81a176c9ffffffff05',
		'dfffffffff',
	]) {
		t.throws(() => createCodec('msgpack').decode(Buffer.from(hex, 'hex')), {code: 'ERR_SESSION_CORRUPT_RECORD'}, hex)
	}
})
