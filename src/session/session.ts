/**
 * The shape of an application's sessions. Augment it, and `ctx.session` knows your keys:
 *
 * ```ts
 * declare module 'koa-server-session' {
 * 	interface SessionData {
 * 		userId?: number
 * 	}
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is there to be augmented
export interface SessionData {}

/** Called when a session operation has ended, with its error if it failed: the form of express-session. */
export type SessionCallback = (error?: unknown) => void

/** What `regenerate` keeps. */
export interface RegenerateOptions {
	/** The keys that stay; default: all. */
	keep?: readonly string[]
}

/** A time: milliseconds as a number, or a string with units such as `'500ms'`, `'2s'` or `'1m30s'`. */
export type Duration = number | string

/** How long a lock may be waited for and held. */
export interface LockOptions {
	/** How long to wait for it; 0 asks once. @default 5000 */
	waitMs?: Duration
	/** After this it is free again even if it was not released; more than 0. @default 10000 */
	holdMs?: Duration
}

/**
 * What a session has beside its data. Data under these names is refused at once; `permanent` and `modified` can be set.
 */
export interface SessionMembers<D extends object> {
	/** The session id; a new session has one from the first moment. */
	readonly sid: string

	/** A name for the session that is safe to log: events carry it too. It changes with the id. */
	readonly hash: string

	/** This request found no session (Flask's `new`). */
	readonly isNew: boolean

	/** The cookie outlives the browser session (Flask's `_permanent`). */
	permanent: boolean

	/** Something has changed. Set it to true to have the record written whatever has changed. */
	modified: boolean

	/** The session was asked for in this request, so the response depends on the cookie: always true here, as in Flask. */
	readonly accessed: boolean

	/** When the record expires, in milliseconds since the epoch; `undefined` where it is not stored or not known. */
	readonly expiresAt: number | undefined

	/** The data alone: also reaches keys that another application has stored under a name of this object. */
	readonly data: D & Record<string, unknown>

	/** Removes all data but the permanent flag. A stored session that stays empty is deleted when the request ends. */
	clear(): void

	/**
	 * Deletes the record at once, and the cookie with the response. Nothing that is in flight brings it back. Data that
	 * is set afterwards makes a new session with a new id.
	 * @throws SessionError `ERR_SESSION_STORE`, `ERR_SESSION_STORE_TIMEOUT`
	 */
	destroy(callback?: SessionCallback): Promise<void>

	/**
	 * Gives the session a new id; the old one is unknown when the request ends, or at the next `save()`, `update()`
	 * or `lock()`. Call it at every login and change of rights. The data stays, or the keys to `keep`. With a
	 * callback, the form of express-session, nothing stays: that is what passport relies on.
	 * @throws SessionError `ERR_SESSION_INVALID_ARGUMENT` for an option that it does not take
	 */
	regenerate(options?: RegenerateOptions | SessionCallback): Promise<void>

	/**
	 * Writes what has changed now, not at the end of the request.
	 * @throws SessionError `ERR_SESSION_GONE` when it was destroyed or given another id meanwhile,
	 * `ERR_SESSION_CONFLICT`, `ERR_SESSION_UNSUPPORTED_VALUE`, `ERR_SESSION_PAYLOAD_TOO_LARGE`,
	 * `ERR_SESSION_NULL_STORE`, `ERR_SESSION_NO_COOKIE`, `ERR_SESSION_STORE`, `ERR_SESSION_STORE_TIMEOUT`
	 */
	save(callback?: SessionCallback): Promise<void>

	/**
	 * Reads the record again and drops what was changed since. Tells whether there still is one: after `false` the
	 * session is gone and what this request sets is not stored. For a session that was never stored it does nothing and
	 * answers `false`. A `regenerate()` stays: the id changes at the next commit.
	 * @throws SessionError `ERR_SESSION_STORE`, `ERR_SESSION_STORE_TIMEOUT`, `ERR_SESSION_CORRUPT_RECORD`
	 */
	reload(): Promise<boolean>

	/**
	 * With `SESSION_LAZY`: reads the record, once. Without it there is nothing to do.
	 * @throws SessionError `ERR_SESSION_STORE`, `ERR_SESSION_STORE_TIMEOUT`, `ERR_SESSION_CORRUPT_RECORD`
	 */
	load(): Promise<void>

	/**
	 * Changes one key in one step: reads it, calls `change`, writes it, and begins anew when another request was faster.
	 * @param change gets the current value and returns the next; it may be called several times. Do not call another
	 * operation of the session in `change`: they wait for each other
	 * @returns the value that was written
	 * @throws SessionError `ERR_SESSION_GONE` when the session was destroyed or given another id meanwhile,
	 * `ERR_SESSION_CONFLICT` when every attempt met a faster request, `ERR_SESSION_RESERVED_KEY`,
	 * `ERR_SESSION_INVALID_ARGUMENT` when `change` is no function,
	 * `ERR_SESSION_UNSUPPORTED_VALUE`, `ERR_SESSION_PAYLOAD_TOO_LARGE`, `ERR_SESSION_STORE`,
	 * `ERR_SESSION_STORE_TIMEOUT`
	 */
	update<K extends keyof D & string>(key: K, change: (value: D[K] | undefined) => D[K] | Promise<D[K]>): Promise<D[K]>

	/**
	 * Waits until no other request holds the lock of this session, takes it and reads the record again. It is released
	 * when the request ends, or by the function that is returned.
	 * @throws SessionError `ERR_SESSION_GONE` when the session was destroyed or given another id meanwhile,
	 * `ERR_SESSION_LOCK_TIMEOUT`, `ERR_SESSION_LOCK_UNSUPPORTED`, `ERR_SESSION_INVALID_ARGUMENT` for an option that it
	 * does not take, `ERR_SESSION_STORE`, `ERR_SESSION_STORE_TIMEOUT`
	 */
	lock(options?: LockOptions): Promise<() => Promise<void>>
}

/** `ctx.session`: the data as plain properties, and the members of {@link SessionMembers}. */
export type Session<D extends object = SessionData> = D & SessionMembers<D>
