/**
 * The errors of this package: one class, told apart by a stable `code`.
 *
 * A message says what happened, what was expected and what to do; it never holds a session id, session data or a
 * secret. `docs/errors.md` has one heading for each code.
 */

import {types} from 'node:util'

/** Every code, with the HTTP status that Koa answers when the error leaves the middleware. */
export const ERROR_STATUS = {
	ERR_SESSION_CLOSED: 503,
	ERR_SESSION_CONFIG: 500,
	ERR_SESSION_CONFLICT: 409,
	ERR_SESSION_CORRUPT_RECORD: 500,
	ERR_SESSION_GONE: 409,
	ERR_SESSION_ID_COLLISION: 500,
	ERR_SESSION_INVALID_ARGUMENT: 500,
	ERR_SESSION_LOCK_TIMEOUT: 503,
	ERR_SESSION_LOCK_UNSUPPORTED: 500,
	ERR_SESSION_MOUNTED_TWICE: 500,
	ERR_SESSION_NO_COOKIE: 500,
	ERR_SESSION_NOT_LOADED: 500,
	ERR_SESSION_NOT_MOUNTED: 500,
	ERR_SESSION_NULL_STORE: 500,
	ERR_SESSION_PACKAGE_MISSING: 500,
	ERR_SESSION_PAYLOAD_TOO_LARGE: 500,
	ERR_SESSION_RESERVED_KEY: 500,
	ERR_SESSION_STORE: 503,
	ERR_SESSION_STORE_TIMEOUT: 503,
	ERR_SESSION_UNSUPPORTED_VALUE: 500,
} as const

/** A stable name for a kind of failure; the text of a message may change, this does not. */
export type SessionErrorCode = keyof typeof ERROR_STATUS

/** One fault of a configuration: the option, what it takes and what came (secrets are not shown). */
export interface ConfigProblem {
	readonly key: string
	readonly expected: string
	readonly received: string
}

/** What every function and middleware of this package throws. */
export class SessionError extends Error {
	override readonly name = 'SessionError'

	/** The kind of failure. */
	readonly code: SessionErrorCode

	/** The HTTP status that Koa answers with. */
	readonly status: number

	/** Always false: Koa shows the client the status text, never the message. */
	readonly expose = false

	/** Response headers that Koa keeps when it answers with this error: a cookie that must reach the client. */
	headers?: Record<string, string | string[]>

	/** With `ERR_SESSION_CONFIG`: every fault that was found. */
	readonly problems: readonly ConfigProblem[]

	/**
	 * @param code the kind of failure
	 * @param message what happened, what was expected, what to do
	 * @param options `cause`: the error below this one; `problems`: the faults of a configuration
	 */
	constructor(
		code: SessionErrorCode,
		message: string,
		options: {cause?: unknown; problems?: readonly ConfigProblem[]} = {},
	) {
		super(message, 'cause' in options ? {cause: options.cause} : undefined)
		this.code = code
		this.status = ERROR_STATUS[code]
		this.problems = options.problems ?? []
	}
}

/**
 * The error of a configuration: a message that lists all its faults, one in a line.
 *
 * @param problems at least one
 * @param subject what has them
 */
export function configError(problems: readonly ConfigProblem[], subject = 'The session configuration'): SessionError {
	const lines = problems.map(({key, expected, received}) => `- ${key}: expected ${expected}; received ${received}`)
	const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
	return new SessionError('ERR_SESSION_CONFIG', `${subject} has ${count}:\n${lines.join('\n')}`, {problems})
}

/** Whether it is an Error, also one of another realm: what Node and its loader throw is that under Jest. */
export function isError(value: unknown): value is Error {
	return types.isNativeError(value) || value instanceof Error
}

/** Whether the store has failed, or did not answer in time: a write may have been carried out all the same. */
export function isStoreFailure(error: unknown): error is SessionError {
	return (
		error instanceof SessionError && (error.code === 'ERR_SESSION_STORE' || error.code === 'ERR_SESSION_STORE_TIMEOUT')
	)
}
