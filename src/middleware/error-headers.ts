import {STATUS_CODES} from 'node:http'
import {types} from 'node:util'

type Headers = Record<string, string | string[]>

/**
 * `error` with what its response owes the client. Koa drops all headers when it answers with an error, but those in
 * `error.headers`; what the application has put there stays.
 *
 * @param cookie a `Set-Cookie` text; without one the response only says that it depends on the cookie
 * @returns `error` itself; another one around it where it cannot have headers and a cookie must reach the client
 */
export function withErrorHeaders(error: unknown, cookie: string | undefined): unknown {
	const canHaveHeaders = isError(error) && Object.isExtensible(error)
	if (!canHaveHeaders && cookie === undefined) return error
	const carrier = (
		canHaveHeaders ? error : new Error('The handler threw what is no Error', {cause: error})
	) as Error & {headers?: Headers}
	const given = Object.entries(carrier.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
	const headers: Headers = Object.fromEntries(given)
	headers.vary = withCookie(String(headers.vary ?? ''))
	if (cookie !== undefined) {
		headers['set-cookie'] = [headers['set-cookie'] ?? [], cookie].flat()
		headers['cache-control'] ??= 'no-store'
	}
	carrier.headers = headers
	return carrier
}

/** The status that Koa answers `error` with: 500 for what is no Error, and for a status that is none. */
export function statusOf(error: unknown): number {
	if (!isError(error)) return 500
	const {status, statusCode} = error as {status?: unknown; statusCode?: unknown}
	const given = status || statusCode
	return typeof given === 'number' && given in STATUS_CODES ? given : 500
}

function isError(value: unknown): value is Error {
	return types.isNativeError(value) || value instanceof Error
}

function withCookie(vary: string): string {
	if (variesByCookie(vary)) return vary
	return vary === '' ? 'Cookie' : `${vary}, Cookie`
}

/** Whether a `Vary` header names the cookie already. */
export function variesByCookie(vary: string): boolean {
	return /(?:^|,)\s*(?:cookie|\*)\s*(?:,|$)/i.test(vary)
}
