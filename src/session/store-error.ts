/** What the core throws when a store fails: which store, which operation and why, and nothing of what was stored. */

import {isError, SessionError} from '../errors.js'

/**
 * The typed error for what a store has thrown. Messages of clients quote commands, keys and data, in many encodings, so
 * none of them is kept: the reason is the name and the code of the error, and of those below it.
 * @param where the store and the operation: `redis: read`
 */
export function asStoreError(cause: unknown, where: string): SessionError {
	if (cause instanceof SessionError) return cause
	return new SessionError('ERR_SESSION_STORE', `The session store failed (${where}): ${reasonOf(cause)}.`, {
		cause: withoutContent(cause),
	})
}

/** A name and, where there is one, a code: `MaxRetriesPerRequestError, ECONNREFUSED`. */
function reasonOf(error: unknown): string {
	const words = new Set<string>()
	// errors may hang together in a circle
	for (const each of chainOf(error).slice(0, 5)) {
		words.add(nameOf(each))
		const code = codeOf(each)
		if (code !== undefined) words.add(code)
	}
	if (words.size > 1) words.delete('Error')
	return [...words].join(', ')
}

/** An error and those below it: its `cause`, the `errors` of an AggregateError, ioredis' `previousErrors`. */
function chainOf(error: unknown, depth = 0): unknown[] {
	if (typeof error !== 'object' || error === null || depth > 3) return [error]
	const {cause, errors, previousErrors, lastNodeError} = error as Readonly<Record<string, unknown>>
	const below = [cause, lastNodeError, ...list(errors), ...list(previousErrors)].filter(isError)
	return [error, ...below.flatMap(each => chainOf(each, depth + 1))]
}

function list(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value.slice(0, 3) : []
}

function nameOf(error: unknown): string {
	if (!isError(error)) return `a thrown ${typeof error}`
	return /^[A-Za-z]{1,60}$/.test(error.name) ? error.name : 'Error'
}

/** The code of an error; of one that redis has replied, the word that its message begins with (`READONLY`, `OOM`). */
function codeOf(error: unknown): string | undefined {
	if (!isError(error)) return undefined
	const {code, message, name} = error as Error & {code?: unknown}
	if (typeof code === 'number') return String(code)
	if (typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code)) return code
	return /^(?:ReplyError|ErrorReply|SimpleError)$/.test(name) ? /^[A-Z]{2,20}\b/.exec(message)?.[0] : undefined
}

/** What may be logged of an error of a client: its name, its code, and where it was thrown. */
function withoutContent(cause: unknown): Error {
	const copy: Error & {code?: string} = new Error(reasonOf(cause))
	copy.name = nameOf(cause)
	const code = codeOf(cause)
	if (code !== undefined) copy.code = code
	const stack = isError(cause) ? (cause.stack ?? '') : ''
	const frames = stack.split('\n').filter(line => /^\s+at .+:\d+:\d+\)?$/.test(line))
	copy.stack = [`${copy.name}: ${copy.message}`, ...frames].join('\n')
	return copy
}
