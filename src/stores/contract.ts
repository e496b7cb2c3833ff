/**
 * What the core asks of a store, and nothing else: types only, known to both sides.
 *
 * A store holds bytes under a key until a deadline. It encodes nothing, retries nothing and merges nothing: the core
 * does that once for all stores, gives every call a deadline and wraps what a store throws.
 *
 * Rules that hold for every method:
 * - A record whose `expiresAt` has passed is absent, whatever the backend still holds.
 * - "Absent", "changed meanwhile" and "gone" are results. A promise rejects only when the store could not do its work.
 *   An error that is worth another attempt has a property `retryable` that is true ({@link RetryableError}).
 * - Times are milliseconds since the epoch. An `expiresAt` that the core gives is always in the future. What a backend
 *   rounds it rounds up, and the store declares that as `expirySlackMs`.
 * - A key is 1 to `maxKeyBytes` bytes of printable ASCII without white space; keys are told apart byte for byte.
 * - Extending the expiry leaves the revision alone, so that readers never conflict with writers.
 * - Bytes that come out are the caller's own: changing them changes nothing in the store.
 * - There is no upsert: an upsert cannot tell a late save from the revival of a destroyed session.
 * - After `timeoutMs` of the {@link StoreContext} the core has given up a call: a store passes that limit on to its
 *   client, so that no connection is held for nobody.
 */

/** What is stored: opaque bytes, and when they cease to be. */
export interface StoreEntry {
	/** Never empty: an empty value counts as absent, as in Flask-Session. */
	readonly payload: Uint8Array
	/** Milliseconds since the epoch; in the future. */
	readonly expiresAt: number
}

/**
 * Names one state of a record, and is opaque to the core: a revision that no longer fits tells that the content has
 * changed. A store derives it from what it holds (the stored bytes, a compare-and-swap token, a counter); a shared
 * layout has no field for it. It may be the very bytes of the payload that came with it: who changes those in place
 * can no longer use it.
 */
export type Revision = string | number | bigint | Uint8Array

/** A live record. */
export interface StoreRecord {
	/** The bytes as they were stored. */
	readonly payload: Uint8Array
	/** Names this state of the record: to be given to `replace` and `delete`. */
	readonly revision: Revision
	/** When it expires, in milliseconds since the epoch; absent where asking would cost a round trip. */
	readonly expiresAt?: number
}

/** A live record as `read` found it. `expiresAt` is the expiry after the read, with any extension. */
export interface FoundRecord extends StoreRecord {
	/** Whether this read has moved the expiry. */
	readonly extended: boolean
	/** The expiry before this read, where the store learns it in the same round trip. */
	readonly previousExpiresAt?: number
}

/** How a read moves the expiry: to `to`, only when the record would otherwise expire before `ifBefore`. */
export interface Extension {
	/** The new expiry, in milliseconds since the epoch. */
	readonly to: number
	/** In milliseconds since the epoch; `Number.POSITIVE_INFINITY`: always, also to bring the end nearer. */
	readonly ifBefore: number
}

/** `conflict`: a live record is there already, and was left as it is. */
export type CreateResult = {readonly outcome: 'written'; readonly revision: Revision} | {readonly outcome: 'conflict'}

/**
 * `conflict`: a live record is there with another revision (`current`, where it costs nothing to say).
 * `gone`: there is no live record. In both cases nothing was changed.
 */
export type ReplaceResult =
	| {readonly outcome: 'written'; readonly revision: Revision}
	| {readonly outcome: 'conflict'; readonly current?: StoreRecord}
	| {readonly outcome: 'gone'}

/** `deleted`: a live record was removed. `conflict` and `gone` as for {@link ReplaceResult}. */
export type DeleteResult =
	| {readonly outcome: 'deleted'}
	| {readonly outcome: 'conflict'; readonly current?: StoreRecord}
	| {readonly outcome: 'gone'}

/**
 * What holds under concurrency, and what an operation costs. Declared by the store, in `config-schema/session.yaml` for
 * the stores of this package, and tested by the conformance suite.
 */
export interface StoreCapabilities {
	/** `create`, `replace` and `delete` with a revision are atomic for everyone who shares the store. */
	readonly atomicWrites: boolean
	/** `read` can move the expiry, in one round trip; where it cannot, the core sends a `touch` after the read. */
	readonly extendsOnRead: boolean
	/** Expired records disappear without `sweep`. */
	readonly selfCleaning: boolean
	/** Who can share it: one process, the processes of one host, or any host. */
	readonly scope: 'process' | 'host' | 'network'
	/** The backend lets a record live at most this much longer than asked, in milliseconds; never shorter. */
	readonly expirySlackMs: number
	/** The longest key in bytes; absent where there is no limit that matters. */
	readonly maxKeyBytes?: number
	/** The largest payload in bytes; absent where there is no limit that matters. */
	readonly maxPayloadBytes?: number
}

/** A place for sessions. `read`, `create`, `replace`, `touch`, `delete` and `close` are the minimum. */
export interface SessionStore {
	/** What it guarantees. Constant once `open` has resolved. */
	readonly capabilities: StoreCapabilities

	/**
	 * Connects, and creates the table, index or directory where the options allow. Called before the rest, and called
	 * again after it has rejected.
	 */
	open?(): Promise<void>

	/**
	 * The live record under `key`, or `undefined`. `extend` comes only where the store `extendsOnRead`, and moves the
	 * expiry in the same round trip. It never revives an expired record and never touches the payload.
	 */
	read(key: string, extend?: Extension): Promise<FoundRecord | undefined>

	/** Stores `entry` where nothing live is. */
	create(key: string, entry: StoreEntry): Promise<CreateResult>

	/** Overwrites the live record, with `revision` only if it still has that one. Never creates. */
	replace(key: string, entry: StoreEntry, revision?: Revision): Promise<ReplaceResult>

	/** Moves the expiry and nothing else. Tells whether there was a live record. */
	touch(key: string, expiresAt: number): Promise<boolean>

	/** Removes the live record, with `revision` only if it still has that one. */
	delete(key: string, revision?: Revision): Promise<DeleteResult>

	/**
	 * Removes all expired records, at most `batch` at a time, and yields how many each batch removed. The generator is
	 * the cursor: no batch looks again at what an earlier one has seen. It ends early, without an error, when `signal`
	 * is aborted.
	 */
	sweep?(options: {readonly batch: number; readonly signal?: AbortSignal}): AsyncIterable<number>

	/**
	 * The keys of live records that begin with `prefix`, in constant memory; a key may come twice, and what is written
	 * meanwhile may be missing. It ends early, without an error, when `signal` is aborted.
	 */
	list?(options: {readonly prefix: string; readonly signal?: AbortSignal}): AsyncIterable<string>

	/**
	 * Releases what the store itself opened, for good. A client that was passed in stays open. It may come before
	 * `open`, while `open` is under way, and twice.
	 */
	close(): Promise<void>
}

/** An error of a store after which the same call may be made again: nothing was changed, or it does no harm twice. */
export interface RetryableError extends Error {
	readonly retryable: true
}

/** What a store may use of its surroundings. */
export interface StoreContext {
	/** The current time in milliseconds since the epoch: `Date.now`, or a clock that a test moves by hand. */
	now(): number
	/** Emits a process warning, once for each code. */
	warn(message: string, code: string): void
	/** How long the core waits for one call, in milliseconds (SESSION_STORE_TIMEOUT). */
	readonly timeoutMs: number
}
