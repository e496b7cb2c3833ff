import test from 'ava'
import {describe} from '../../src/config/describe.js'

test('plain values are shown as they are', t => {
	const shown: [unknown, string][] = [
		['32', "'32'"],
		['', 'an empty string'],
		[5, '5'],
		[Number.NaN, 'NaN'],
		[null, 'null'],
		[true, 'true'],
		[12n, 'the bigint 12'],
		[Symbol('x'), 'a symbol'],
	]
	for (const [value, text] of shown) t.is(describe(value), text)
})

test('objects are shown by their kind', t => {
	const shown: [unknown, string][] = [
		[{}, 'an empty object'],
		[{a: 1, b: 2}, 'an object with a, b'],
		[Object.create(null), 'an empty object'],
		[new Map(), 'an object of the class Map'],
		[[1, 2], 'a list of 2'],
		[[], 'an empty list'],
		[new Uint8Array(3), '3 bytes'],
		[() => 1, 'a function'],
		[Object.create({constructor: 5}), 'an empty object'],
	]
	for (const [value, text] of shown) t.is(describe(value), text)
})

test('long strings and many keys are shortened', t => {
	t.is(describe('x'.repeat(61)), 'a string of 61 characters')
	t.true(describe(Object.fromEntries(Array.from({length: 100}, (_, i) => [`key${i}`, i]))).length < 100)
})

test('a string cannot forge a line', t => {
	t.is(describe('a\nb'), "'a\\nb'")
})

test('an address with credentials is not shown', t => {
	t.notRegex(describe('redis://user:hunter2@host'), /hunter2/)
})

test('a secret is described by its kind and its length', t => {
	t.is(describe('hunter2', true), 'a string of 7 characters (secret)')
	t.is(describe({hunter2: 1}, true), 'an object (secret)')
	t.is(describe(123, true), 'a number (secret)')
	t.is(describe(undefined, true), 'undefined')
})
