/** Finds the name that somebody may have meant. */

/**
 * The candidate with the fewest typos, in whatever letter case, or `undefined` when none has at most `maxTypos`.
 */
export function nearest(name: string, candidates: Iterable<string>, maxTypos: number): string | undefined {
	let best: string | undefined
	let least = maxTypos + 1
	for (const candidate of candidates) {
		// The distance is at least the difference in length; an environment has many names that are not ours.
		if (Math.abs(name.length - candidate.length) >= least) continue
		const typos = editDistance(name.toUpperCase(), candidate.toUpperCase())
		if (typos < least) [best, least] = [candidate, typos]
	}
	return best
}

/** The least number of characters to insert, delete or replace that turns `from` into `to` (Levenshtein). */
export function editDistance(from: string, to: string): number {
	let row = Array.from({length: to.length + 1}, (_, column) => column)
	for (let i = 1; i <= from.length; i++) {
		const next = [i]
		for (let j = 1; j <= to.length; j++) {
			const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
			next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
		}
		row = next
	}
	return row[to.length] ?? 0
}
