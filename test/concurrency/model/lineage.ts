import type {Json} from '../history.js'

/** A session through all its ids, as it was acknowledged. */
export interface Lineage {
	readonly name: string
	/** Acknowledged writes by key. Which of two that overlap was the later one, only the store knows. */
	readonly writes: Map<string, Write[]>
	/** Acknowledged increments of `count`; `undefined` after something else has changed it. */
	count: number | undefined
	readonly flashed: Set<string>
	/** Messages that a request has shown, and since when that was acknowledged. */
	readonly shown: Map<string, number>
	/** Messages that were removed unseen. */
	readonly removed: Set<string>
	stored: boolean
	/** Something has deleted it, or may have. */
	ended: boolean
}

/** A write that was acknowledged: it has taken place between `from` and `to`. */
export interface Write {
	readonly value: Json
	readonly from: number
	readonly to: number
}

/** A session of which nothing is stored. */
export function newLineage(name: string): Lineage {
	return {
		name,
		writes: new Map(),
		count: 0,
		flashed: new Set(),
		shown: new Map(),
		removed: new Set(),
		stored: false,
		ended: false,
	}
}
