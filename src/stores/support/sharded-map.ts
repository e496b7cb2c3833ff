/**
 * A map of any size that never stands still. One `Map` of a million entries takes a fifth of a second, at once, to close
 * the gaps of what was deleted; 256 small ones do it one by one.
 */

/** The methods of a `Map` from strings, as far as they are needed. */
export interface ShardedMap<V> {
	get(key: string): V | undefined
	set(key: string, value: V): void
	/** Whether it was there. */
	delete(key: string): boolean
	size(): number
	/** All entries, in no order; what is added meanwhile may be missing. */
	entries(): Generator<[key: string, value: V]>
	/** At most `count` different entries, others each time until all had their turn. */
	next(count: number): [key: string, value: V][]
}

const SHARDS = 256

/** Makes an empty map. */
export function shardedMap<V>(): ShardedMap<V> {
	const shards = Array.from({length: SHARDS}, () => new Map<string, V>())
	let size = 0
	let turn = entries()

	// ids are random, their last characters too
	const shardOf = (key: string) => {
		const end = key.length - 1
		return shards[(31 * key.charCodeAt(end) + key.charCodeAt(end - 1)) & (SHARDS - 1)] as Map<string, V>
	}

	function* entries(): Generator<[key: string, value: V]> {
		for (const shard of shards) yield* shard
	}

	return {
		get: key => shardOf(key).get(key),
		set(key, value) {
			const shard = shardOf(key)
			const before = shard.size
			shard.set(key, value)
			size += shard.size - before
		},
		delete(key) {
			const deleted = shardOf(key).delete(key)
			if (deleted) size -= 1
			return deleted
		},
		size: () => size,
		entries,
		next(count) {
			const found: [key: string, value: V][] = []
			while (found.length < Math.min(count, size)) {
				const {value, done} = turn.next()
				if (done) turn = entries()
				else found.push(value)
			}
			return found
		},
	}
}
