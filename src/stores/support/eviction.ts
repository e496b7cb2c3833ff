/** Which session goes when there is no room for all. */

/** What a store knows of a session without reading it. */
export interface Evictable {
	/** Milliseconds since the epoch. */
	readonly expiresAt: number
	/** Whether anybody has come back to it since it was created. */
	readonly used: boolean
}

/** A record that ends so soon frees its place by itself, and may be a lock that somebody relies on. */
const SOON_MS = 60_000

/**
 * Sorts those that go first to the front: sessions that nobody has come back to, then the others, then what ends within
 * a minute anyway; among equals the one that expires first.
 */
export function byEviction(now: number): (a: Evictable, b: Evictable) => number {
	const rank = ({expiresAt, used}: Evictable) => (expiresAt - now < SOON_MS ? 2 : Number(used))
	return (a, b) => rank(a) - rank(b) || a.expiresAt - b.expiresAt
}
