/**
 * What a failure of redis or of its client means for a session: a code that names the reason, and whether the command
 * may be sent again. Nothing of the command leaves with it: clients put the id and the data beside their errors, and
 * redis quotes the first words of a command that it does not know.
 */

import {isError} from '../../errors.js'
import type {RetryableError} from '../contract.js'

/** What the redis store throws. */
export interface RedisFailure extends Error {
	/** The code of redis' reply (`READONLY`), or that of the connection (`ECONNREFUSED`). */
	readonly code?: string
	/** See {@link RetryableError}. */
	readonly retryable?: true
}

/** What is known of a command that has failed. */
export interface CommandFate {
	/** It may have been written to the connection. */
	readonly wasSent: boolean
	/** Sending it twice does what sending it once does. */
	readonly isRepeatable: boolean
	/** Why the connection was lost, where that is known. */
	readonly connectionError?: unknown
}

/** Replies by which redis says that it did nothing, and that another moment or another server will do. */
const DONE_LATER = new Set(['BUSY', 'CLUSTERDOWN', 'LOADING', 'MASTERDOWN', 'NOREPLICAS', 'READONLY', 'TRYAGAIN'])

/** Errors of the clients for a command that they have not taken. */
const NEVER_TAKEN =
	/^(The client is (closed|offline)|The queue is full|All the root nodes are unavailable)$|enableOfflineQueue options is false$/

/**
 * The code that a reply begins with, as in `READONLY You can't write against a read only replica.`; before redis 7 the
 * error of a command in a script stands behind that of the script. `undefined` for what is no reply.
 */
export function replyCode(error: unknown): string | undefined {
	if (!isError(error)) return undefined
	const {message} = error
	const [, inScript] = /^ERR Error running script.*: -([A-Z]{3,}) /.exec(message) ?? []
	return inScript ?? /^-?([A-Z]{3,}) /.exec(message)?.[1]
}

/** The error that the store throws for one of its client. */
export function redisFailure(error: unknown, {wasSent, isRepeatable, connectionError}: CommandFate): RedisFailure {
	const {message} = isError(error) ? error : new Error(String(error))
	const reply = replyCode(error)
	if (!wasSent || NEVER_TAKEN.test(message)) {
		return failure(`The command was not sent to redis: ${message}`, codeOf(error), true)
	}
	if (reply !== undefined) return failure(withoutArguments(message), reply, DONE_LATER.has(reply))
	const code = codeOf(error) ?? codeOf(connectionError) ?? 'ECONNRESET'
	const reason = isError(connectionError) ? connectionError.message : message
	return failure(`The connection to redis was lost before the reply came: ${reason}`, code, isRepeatable)
}

/** The code of an error: of the connection (`ECONNREFUSED`), or of a reply (`WRONGPASS`). */
function codeOf(error: unknown): string | undefined {
	const {code} = (error ?? {}) as {code?: unknown}
	return typeof code === 'string' ? code : replyCode(error)
}

function failure(message: string, code: string | undefined, isRetryable: boolean): RedisFailure {
	return Object.assign(new Error(message), code !== undefined && {code}, isRetryable && {retryable: true as const})
}

function withoutArguments(message: string): string {
	return message.replace(/,? with args beginning with[\s\S]*/, '')
}
