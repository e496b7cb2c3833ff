import {types} from 'node:util'
import {SessionError} from '../errors.js'

/** Deeper than this is a mistake, most often a cycle; Python's decoder gives up at a depth of 1000 calls. */
export const MAX_DEPTH = 500

/** Where a value stands: the key under its parent. The root, the session itself, is `undefined`. */
export interface Place {
	readonly parent: Place | undefined
	readonly key: string | number
}

/** The text of a place as one would write it in code: `session.cart.items[2]["unit price"]`. */
export function pathOf(place: Place | undefined): string {
	if (place === undefined) return 'session'
	const parent = pathOf(place.parent)
	if (typeof place.key === 'number') return `${parent}[${place.key}]`
	return /^[A-Za-z_$][\w$]*$/.test(place.key) ? `${parent}.${place.key}` : `${parent}[${JSON.stringify(place.key)}]`
}

/** The refusal of a value that a format cannot hold: what it is and where, never its content. */
export function unsupported(what: string, place: Place | undefined, advice: string): SessionError {
	return new SessionError(
		'ERR_SESSION_UNSUPPORTED_VALUE',
		`${pathOf(place)} is ${what}, which a session cannot hold: ${advice}. Nothing was stored.`,
	)
}

/** Refuses what lies deeper than {@link MAX_DEPTH}. */
export function assertDepth(depth: number, place: Place | undefined): void {
	if (depth > MAX_DEPTH) {
		throw unsupported(`nested deeper than ${MAX_DEPTH} levels, or a cycle`, place, 'store a flat value')
	}
}

/** Refuses a text that has no UTF-8 form: half of a surrogate pair. */
export function assertWellFormed(text: string, place: Place | undefined): void {
	if (!text.isWellFormed()) throw unsupported('a text with a lone surrogate', place, 'use text.toWellFormed()')
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
