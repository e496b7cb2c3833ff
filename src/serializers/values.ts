import {types} from 'node:util'
import {SessionError} from '../errors.js'

/** Deeper than this is a mistake, most often a cycle; Python's decoder gives up at a depth of 1000 calls. */
const MAX_DEPTH = 500
/** What others have nested deeper than that can be read; beyond this a record is malformed. */
export const MAX_READ_DEPTH = 1000

/** Thrown at bytes that are not of the format. Its messages are fixed, so that nothing of a session is in them. */
export class MalformedRecord extends Error {
	override readonly name = 'MalformedRecord'
}

/**
 * Gives `object` the property `key`. To assign one that `Object.prototype` has too would set the prototype
 * (`__proto__`), or fail where an application has frozen it.
 */
export function setKey(object: Record<string, unknown>, key: string, value: unknown): void {
	if (key in Object.prototype) {
		Object.defineProperty(object, key, {value, writable: true, enumerable: true, configurable: true})
	} else {
		object[key] = value
	}
}

/** Thrown where a value cannot be held; every container that it leaves adds a key, so that a good value costs no path. */
class Refusal {
	readonly path: (string | number)[] = []
	constructor(
		readonly what: string,
		readonly advice: string,
	) {}
}

/** The refusal of a value that a format cannot hold: what it is, never its content. */
export function unsupported(what: string, advice: string): Refusal {
	return new Refusal(what, advice)
}

/** `error` with `key` before its path, for a container to throw when one of its parts has thrown. */
export function under(key: string | number, error: unknown): unknown {
	if (error instanceof Refusal) error.path.unshift(key)
	return error
}

/** A refusal as the typed error that names the path; any other error as it is. */
export function named(error: unknown): unknown {
	if (!(error instanceof Refusal)) return error
	return new SessionError(
		'ERR_SESSION_UNSUPPORTED_VALUE',
		`${formatPath(error.path)} is ${error.what}, which a session cannot hold: ${error.advice}. Nothing was stored.`,
	)
}

/** The path as in code: `session.cart.items[2]["unit price"]`. */
function formatPath(path: readonly (string | number)[]): string {
	// a cycle has a long one, of which the beginning says it all
	const steps = path.slice(0, 20).map(key => {
		if (typeof key === 'number') return `[${key}]`
		if (key.length > 40) return `[${JSON.stringify(key.slice(0, 40))}...]`
		return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
	})
	return `session${steps.join('')}${path.length > steps.length ? '...' : ''}`
}

/** Refuses what lies deeper than {@link MAX_DEPTH}. */
export function assertDepth(depth: number): void {
	if (depth > MAX_DEPTH) throw unsupported(`nested deeper than ${MAX_DEPTH} levels, or a cycle`, 'store a flat value')
}

/** Holes are stored as null. More of them come from an index out of all bounds, and would be written one by one. */
const MAX_HOLES = 1000

/** Refuses an array with more than {@link MAX_HOLES} holes, without walking through them. */
export function assertDense(array: readonly unknown[]): void {
	if (array.length <= MAX_HOLES) return
	let holes = 0
	for (let index = 0; index < array.length; index++) {
		if (array[index] !== undefined || index in array) continue
		if (++holes > MAX_HOLES) throw unsupported(`an array with more than ${MAX_HOLES} holes`, 'use an object or a Map')
	}
}

/** Refuses a string that has no UTF-8 form: half of a surrogate pair. */
export function assertWellFormed(string: string): void {
	if (!string.isWellFormed()) throw unsupported('a string with a lone surrogate', 'use string.toWellFormed()')
}

const FIRST_MOMENT = Date.parse('0001-01-01T00:00:00Z')
/** The last millisecond that Python has. */
export const LAST_MOMENT = Date.parse('9999-12-31T23:59:59.999Z')

/** Whether Python has a datetime for `date`; false for an invalid one. */
export function isMoment(date: Date): boolean {
	return date.getTime() >= FIRST_MOMENT && date.getTime() <= LAST_MOMENT
}

/** An integer within 2^53 as a number. */
export function numberIfExact(integer: bigint): number | bigint {
	return integer >= -(2n ** 53n) && integer <= 2n ** 53n ? Number(integer) : integer
}

/** Whether `value` is an object literal, an `Object.create(null)` or alike: keys and values and nothing else. */
export function isPlainObject(value: object): value is Record<string, unknown> {
	const prototype: unknown = Object.getPrototypeOf(value)
	// an object of another realm (vm, test runners) has another Object.prototype, itself without a prototype
	return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}

/** Names the kind of a value that no format holds, for an error. */
export function kindOf(value: unknown): string {
	if (typeof value === 'function') return 'a function'
	if (typeof value === 'symbol') return 'a symbol'
	if (typeof value !== 'object' || value === null) return `a ${typeof value}`
	if (types.isPromise(value)) return 'a promise'
	const name: unknown = value.constructor?.name
	return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an object with a prototype of its own'
}
