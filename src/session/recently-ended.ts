/**
 * The ids that ended in this process a moment ago: destroyed, emptied or replaced by another id. A request that was
 * under way meanwhile must not send their cookie again, for it would take a new one from the browser. Entries need to
 * last only as long as a request relies on what it has read, so there are never many.
 */
export interface RecentlyEnded {
	add(sid: string): void
	has(sid: string): boolean
}

/**
 * @param now the clock, in milliseconds since the epoch
 * @param keepMs how long an id is remembered
 */
export function createRecentlyEnded(now: () => number, keepMs: number): RecentlyEnded {
	const endedAt = new Map<string, number>()
	return {
		add: sid => {
			// in the order of insertion, so the oldest come first
			for (const [old, at] of endedAt) {
				if (now() - at <= keepMs) break
				endedAt.delete(old)
			}
			endedAt.delete(sid)
			endedAt.set(sid, now())
		},
		has: sid => endedAt.size > 0 && endedAt.has(sid),
	}
}
