/**
 * What the core asks of a store, and nothing else: types only, known to both sides.
 *
 * A store keeps bytes under a key until a deadline. It encodes nothing, retries nothing and merges nothing: the core
 * does that once for all stores, gives every call a deadline and wraps what a store throws.
 *
 * Rules that hold for every method:
 * - A record whose `expiresAt` has passed is absent, whatever the backend still holds.
 * - "Absent", "changed meanwhile" and "gone" are results. A promise rejects only when the store could not do its work.
 * - Times are milliseconds since the epoch. An entry whose `expiresAt` has passed is never stored without an expiry:
 *   `create` and `replace` leave nothing behind and report `written`.
 * - Extending the expiry leaves the revision alone, so that readers never conflict with writers.
 * - Bytes that come out are the caller's own: changing them changes nothing in the store.
 * - There is no upsert: an upsert cannot tell a late save from the revival of a destroyed session.
 */

/** What is stored: opaque bytes, and when they cease to be. */
export interface Entry {
	/** Never empty: an empty value counts as absent, as in Flask-Session. */
	readonly payload: Uint8Array
	/** Milliseconds since the epoch. */
	readonly expiresAt: number
}

/**
 * Names one state of a record, and is opaque to the core: a revision that no longer fits tells that the content has
 * changed. A store derives it from what it holds (the stored bytes, a compare-and-swap token, a counter); a shared
 * layout has no field for it. It may be the very bytes of the payload that came with it: who changes those in place
 * can no longer use it.
 */
export type Revision = string | number | bigint | Uint8Array

/** A live record as it was found. */
export interface StoredRecord {
	/** The bytes as they were stored. */
	readonly payload: Uint8Array
	/** Names this state of the record: to be given to `replace` and `delete`. */
	readonly revision: Revision
	/** When it expires, after any extension by this read; absent where asking would cost a round trip. */
	readonly expiresAt?: number
}

/** How a read may move the expiry. */
export interface ReadOptions {
	/** The new expiry, in milliseconds since the epoch. */
	readonly extendTo?: number
	/** Move it only when the record would otherwise expire before this moment; without it, always. */
	readonly extendIfBefore?: number
}

/** `conflict`: a live record is there already, and was left as it is. */
export type CreateResult = {readonly outcome: 'written'; readonly revision: Revision} | {readonly outcome: 'conflict'}

/**
 * `conflict`: a live record is there with another revision (`current`, where it costs nothing to say).
 * `gone`: there is no live record. In both cases nothing was changed.
 */
export type ReplaceResult =
	| {readonly outcome: 'written'; readonly revision: Revision}
	| {readonly outcome: 'conflict'; readonly current?: StoredRecord}
	| {readonly outcome: 'gone'}

/** `deleted`: a live record was removed. `conflict` and `gone` as for {@link ReplaceResult}. */
export type DeleteResult =
	| {readonly outcome: 'deleted'}
	| {readonly outcome: 'conflict'; readonly current?: StoredRecord}
	| {readonly outcome: 'gone'}

/** What holds under concurrency, and what an operation costs. Declared here, tested by the conformance suite. */
export interface Capabilities {
	/** `create`, `replace` and `delete` with a revision are atomic for everyone who shares the store. */
	readonly atomicWrites: boolean
	/** `read` with `extendTo` takes one round trip; otherwise the core reads without it and sends a `touch`. */
	readonly extendsOnRead: boolean
	/** Expired records disappear without `sweep`. */
	readonly selfCleaning: boolean
	/** Who can share it: one process, the processes of one host, or any host. */
	readonly scope: 'process' | 'host' | 'network'
	/** The largest payload in bytes; absent where the backend names no limit that matters. */
	readonly maxPayloadBytes?: number
}

/** A place for sessions. `read`, `create`, `replace`, `touch`, `delete` and `close` are the minimum. */
export interface Store {
	/** What it guarantees. Known before `open`, and the same for good. */
	readonly capabilities: Capabilities

	/** Connects, and creates the table, index or directory where the options allow. Called once, before the rest. */
	open?(): Promise<void>

	/**
	 * The live record under `key`, or `undefined`. With `extendTo` it also moves the expiry, in the same round trip
	 * where the store `extendsOnRead`. It never revives an expired record and never touches the payload.
	 */
	read(key: string, options?: ReadOptions): Promise<StoredRecord | undefined>

	/** Stores `entry` where nothing live is. */
	create(key: string, entry: Entry): Promise<CreateResult>

	/** Overwrites the live record, with `revision` only if it still has that one. Never creates. */
	replace(key: string, entry: Entry, revision?: Revision): Promise<ReplaceResult>

	/** Moves the expiry and nothing else. Tells whether there was a live record. */
	touch(key: string, expiresAt: number): Promise<boolean>

	/** Removes the live record, with `revision` only if it still has that one. */
	delete(key: string, revision?: Revision): Promise<DeleteResult>

	/** Removes at most `limit` expired records. Tells how many: fewer than `limit` means that none are left. */
	sweep?(options: {limit: number; signal?: AbortSignal}): Promise<number>

	/** The keys of live records that begin with `prefix`, in constant memory; a key may come twice. */
	list?(options: {prefix: string; signal?: AbortSignal}): AsyncIterable<string>

	/** Releases what the store itself opened. A client that was passed in stays open. */
	close(): Promise<void>
}

/** What a store may use of its surroundings. */
export interface StoreContext {
	/** The current time in milliseconds since the epoch: `Date.now`, or a clock that a test moves by hand. */
	now(): number
	/** Says something to the operator, once for each code. */
	warn(message: string, code: string): void
}
