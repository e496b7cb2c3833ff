import {isDeepStrictEqual} from 'node:util'
import type {Data} from '../serializers/codec.js'

/** The key and the form that Flask keeps flashed messages in. */
export const FLASHES = '_flashes'

/** A flashed message as it is stored: category, message. */
export type Flash = readonly [category: string, message: unknown]

/** Which messages `ctx.flashes` gives, and how. */
export interface FlashesOptions {
	/** Give `[category, message]` pairs; default: the messages alone. */
	withCategories?: boolean
	/** Only these categories; all are taken out of the session all the same, as in Flask. */
	categoryFilter?: readonly string[]
}

/**
 * What one request did with the flashed messages. Kept apart from other changes, because two overlapping requests that
 * flash must both keep their message, and a message that was shown must not come back.
 */
export interface FlashChanges {
	readonly added: Flash[]
	readonly shown: Flash[]
}

/** The messages in `data`; what another application may have put there instead counts as none. */
export function flashesOf(data: Data): Flash[] {
	const stored = Object.hasOwn(data, FLASHES) ? data[FLASHES] : undefined
	return Array.isArray(stored) ? stored.filter(flash => Array.isArray(flash) && flash.length === 2) : []
}

/** Puts `flashes` in the place of those in `data`. */
export function putFlashes(data: Data, flashes: readonly Flash[]): void {
	if (flashes.length > 0) data[FLASHES] = flashes
	else delete data[FLASHES]
}

/** Repeats `changes` on the messages that another request has left in `data`. */
export function mergeFlashes(data: Data, changes: FlashChanges): void {
	const left = flashesOf(data)
	for (const shown of changes.shown) {
		const at = left.findIndex(flash => isDeepStrictEqual(flash, shown))
		if (at !== -1) left.splice(at, 1)
	}
	putFlashes(data, [...left, ...changes.added])
}

/** What `ctx.flashes` returns of the messages that were taken out. */
export function presentFlashes(flashes: readonly Flash[], options: FlashesOptions): unknown[] {
	const {withCategories = false, categoryFilter = []} = options
	const chosen = categoryFilter.length === 0 ? flashes : flashes.filter(([name]) => categoryFilter.includes(name))
	return chosen.map(flash => (withCategories ? [...flash] : flash[1]))
}
