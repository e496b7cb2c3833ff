/** The options of operations, checked as carefully as those of the configuration. */

import {parseDuration} from '../config/duration.js'
import {SessionError} from '../errors.js'
import type {LockOptions, RegenerateOptions} from './session.js'

/** What one option takes: a word for an error, and the value as the code uses it; `undefined` for what it does not take. */
interface Kind<T> {
	readonly takes: string
	read(value: unknown): T | undefined
}

type Kinds<O> = {readonly [Name in keyof O]: Kind<O[Name]>}

const duration: Kind<number> = {
	takes: "milliseconds as a number, or a string with a unit such as '500ms' or '2s'",
	read: value => {
		if (typeof value === 'number') return value >= 0 && Number.isFinite(value) ? value : undefined
		// without a unit it would be seconds in the configuration, and milliseconds here
		return typeof value === 'string' && /[a-z]/.test(value) ? parseDuration(value) : undefined
	},
}

const keys: Kind<readonly string[]> = {
	takes: 'an array of keys',
	read: value =>
		Array.isArray(value) && value.every(key => typeof key === 'string') ? (value as readonly string[]) : undefined,
}

const LOCK: Kinds<{waitMs: number; holdMs: number}> = {
	waitMs: duration,
	holdMs: {...duration, read: value => duration.read(value) || undefined},
}

const REGENERATE: Kinds<{keep: readonly string[]}> = {keep: keys}

/** @throws SessionError `ERR_SESSION_INVALID_ARGUMENT` */
export function readLockOptions(given: LockOptions | undefined): {waitMs?: number; holdMs?: number} {
	return read('session.lock()', given, LOCK)
}

/** @throws SessionError `ERR_SESSION_INVALID_ARGUMENT` */
export function readRegenerateOptions(given: RegenerateOptions | undefined): {keep?: readonly string[]} {
	return read('session.regenerate()', given, REGENERATE)
}

/** @throws SessionError `ERR_SESSION_INVALID_ARGUMENT` unless `change` is a function */
export function assertChange(change: unknown): void {
	if (typeof change !== 'function') throw invalid('session.update()', 'its second argument must be a function')
}

function read<O extends object>(operation: string, given: object | undefined, kinds: Kinds<O>): Partial<O> {
	if (given === undefined) return {}
	if (typeof given !== 'object' || given === null || Array.isArray(given)) {
		throw invalid(operation, `it takes an object with ${Object.keys(kinds).join(', ')}`)
	}
	const result: Partial<O> = {}
	for (const [name, value] of Object.entries(given)) {
		if (!Object.hasOwn(kinds, name))
			throw invalid(operation, `it has no option ${JSON.stringify(name)}, only ${Object.keys(kinds).join(', ')}`)
		if (value === undefined) continue
		const kind = kinds[name as keyof O]
		const read = kind.read(value)
		if (read === undefined) throw invalid(operation, `${name} takes ${kind.takes}`)
		result[name as keyof O] = read
	}
	return result
}

function invalid(operation: string, what: string): SessionError {
	return new SessionError('ERR_SESSION_INVALID_ARGUMENT', `${operation}: ${what}.`)
}
