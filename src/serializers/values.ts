import {types} from 'node:util'
import {SessionError} from '../errors.js'

/** Deeper than this is a mistake, most often a cycle; Python's decoder gives up at a depth of 1000 calls. */
const MAX_DEPTH = 500

/** Thrown where a value cannot be held; every level that it leaves adds its key, so that a good value costs no path. */
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

/** To be thrown in the place of `error` by whoever was at work on what stands under `key`. */
export function under(key: string | number, error: unknown): unknown {
	if (error instanceof Refusal) error.path.unshift(key)
	return error
}

/** To be thrown in the place of `error` by an encoder: a refusal as the typed error that names the path. */
export function named(error: unknown): unknown {
	if (!(error instanceof Refusal)) return error
	return new SessionError(
		'ERR_SESSION_UNSUPPORTED_VALUE',
		`${pathText(error.path)} is ${error.what}, which a session cannot hold: ${error.advice}. Nothing was stored.`,
	)
}

/** A path as one would write it in code: `session.cart.items[2]["unit price"]`. */
function pathText(path: readonly (string | number)[]): string {
	// a cycle has a long one, of which the beginning says it all
	const steps = path.slice(0, 20).map(key => {
		if (typeof key === 'number') return `[${key}]`
		return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
	})
	return `session${steps.join('')}${path.length > steps.length ? '...' : ''}`
}

/** Refuses what lies deeper than {@link MAX_DEPTH}. */
export function assertDepth(depth: number): void {
	if (depth > MAX_DEPTH) throw unsupported(`nested deeper than ${MAX_DEPTH} levels, or a cycle`, 'store a flat value')
}

/** Refuses a text that has no UTF-8 form: half of a surrogate pair. */
export function assertWellFormed(text: string): void {
	if (!text.isWellFormed()) throw unsupported('a text with a lone surrogate', 'use text.toWellFormed()')
}

/** Whether `value` is an object literal, an `Object.create(null)` or alike: keys and values and nothing else. */
export function isPlainObject(value: object): value is Record<string, unknown> {
	const prototype: unknown = Object.getPrototypeOf(value)
	// an object of another realm (vm, test runners) has another Object.prototype, itself without a prototype
	return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}

/** The same memory as a `Buffer`. The stores have one too: neither they nor the serializers import the other. */
export function asBuffer(bytes: Uint8Array): Buffer {
	return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
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
