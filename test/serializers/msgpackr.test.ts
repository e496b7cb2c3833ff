/** msgpackr, for the sessions and for the rest of the process: neither notices the other. */
import {createRequire} from 'node:module'
import test from 'ava'
import type {Data} from '../../src/serializers/codec.js'
import {msgpack} from '../../src/serializers/msgpack.js'

const data: Data = {
	map: new Map([['a', {b: 1}]]),
	set: new Set([1]),
	date: new Date(1_700_000_000_123),
	zero: -0,
	long: 2 ** 40,
	__proto: '__proto__',
}

test.serial('the native part of msgpackr is not loaded', async t => {
	const isLoaded = () =>
		Object.keys(createRequire(import.meta.url).cache).some(path => path.includes('msgpackr-extract'))
	t.deepEqual(msgpack.decode(msgpack.encode(data)), data)
	t.false(isLoaded())
	await import('msgpackr')
	t.true(isLoaded(), 'an application that uses msgpackr loads it')
})

test.serial('extensions of an application do not change sessions, nor sessions its extensions', async t => {
	const {addExtension, Packr} = await import('msgpackr')
	class Money {
		constructor(readonly cents: number) {}
	}
	const packr = new Packr({useRecords: false})
	const theirs = {money: new Money(5), date: new Date(1000), map: new Map([['a', 1]]), zero: -0}
	for (const type of [0x4d, 0x53, 0xff]) {
		addExtension({Class: Money, type, write: ({cents}) => cents, read: cents => new Money(cents)})
		t.deepEqual(msgpack.decode(msgpack.encode(data)), data)
		t.deepEqual(packr.unpack(packr.pack(theirs.money)), theirs.money)
	}
	addExtension({
		Class: Date,
		type: 0xff,
		pack: () => Buffer.of(1),
		unpack: () => 'a date',
	})
	t.is(packr.unpack(packr.pack(theirs.date)), 'a date')
	t.deepEqual(packr.unpack(packr.pack({map: theirs.map, zero: theirs.zero})), {map: {a: 1}, zero: 0})
	t.deepEqual(msgpack.decode(msgpack.encode(data)), data)
})

test('what is written cannot be changed by what is written after it', t => {
	const first = msgpack.encode(data)
	const copy = Buffer.from(first)
	for (let count = 0; count < 1000; count++) msgpack.encode({count, filler: 'x'.repeat(count)})
	t.deepEqual(Buffer.from(first), copy)
})

test('a record that is read gets no properties', t => {
	const record = Buffer.from(msgpack.encode(data))
	msgpack.decode(record)
	t.deepEqual(Object.getOwnPropertyNames(record), Object.getOwnPropertyNames(Buffer.alloc(record.length)))
})
