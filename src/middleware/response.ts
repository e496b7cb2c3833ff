import {STATUS_CODES} from 'node:http'
import type {Context} from 'koa'
import {isError} from '../errors.js'
import {expiryOf} from '../session/lifetime.js'
import {type Former, isEmpty, type SessionState} from '../session/state.js'
import type {Instance} from './instance.js'
import {keptFromSharedCaches, variesByCookie} from './transport.js'

/** Tells the client what the session needs it to know, in the headers of the response. */
export function respond(core: Instance, ctx: Context, state: SessionState): void {
	const cookie = cookieFor(core, ctx, state)
	const canSend = ctx.respond !== false && !ctx.headerSent
	if (canSend && cookie !== undefined) core.transport.send(ctx, cookie)
	else if (canSend && state.accessed) core.transport.vary(ctx)
	else if (cookie !== undefined && state.cookie !== 'renew') warnOfLostCookie(core)
}

/**
 * The error to throw in the place of `error`, with the headers that a response to it must have. They also go to the
 * response, for a middleware above that answers in its own way.
 */
export function withHeaders(core: Instance, ctx: Context, state: SessionState, error: unknown): unknown {
	const due = state.cookie !== 'renew' || statusOf(error) < 500
	const cookie = due ? cookieFor(core, ctx, state) : undefined
	if (cookie === undefined && !state.accessed) return error
	if (!ctx.headerSent) {
		if (cookie === undefined) core.transport.vary(ctx)
		else core.transport.send(ctx, cookie)
	}
	return withErrorHeaders(error, cookie)
}

/** The `Set-Cookie` value that the response owes the client. */
function cookieFor({transport}: Instance, ctx: Context, state: SessionState): string | undefined {
	const {standing, cookie} = state
	if (cookie === 'clear') return transport.deletion(ctx)
	switch (standing.is) {
		case 'unread':
		case 'new':
		case 'gone':
			return undefined
		case 'stored':
			if (cookie === undefined || (cookie === 'renew' && isEmpty(state.data))) return undefined
			return cookieNaming(state, {sid: state.sid, record: standing.record})
		case 'regenerated':
			// the new id was not stored: what the client was to be told before still holds
			return cookie === 'set' ? cookieNaming(state, standing.from) : undefined
	}

	function cookieNaming({core, permanent}: SessionState, {sid, record}: Former): string {
		// where the store does not tell the expiry, a cookie that lives longer than the record does no harm
		const expiresAt = record.expiresAt ?? expiryOf(core.config, core.now())
		return transport.cookie(ctx, sid, permanent ? expiresAt : undefined)
	}
}

function warnOfLostCookie({warn}: Instance): void {
	warn(
		'A session cookie could not be sent: the response had begun, or ctx.respond is false. ' +
			'Set session data, log in and log out before that; what was changed is stored all the same.',
		'KSS_COOKIE_NOT_SENT',
	)
}

type Headers = Record<string, string | string[]>

/**
 * `error` with what its response owes the client. Koa drops all headers when it answers with an error, but those in
 * `error.headers`; what the application has put there stays.
 *
 * @param cookie a `Set-Cookie` value; without one the response only says that it depends on the cookie
 * @returns `error` itself; another one around it where it cannot have headers and a cookie must reach the client
 */
function withErrorHeaders(error: unknown, cookie: string | undefined): unknown {
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
		const given = headers['cache-control']
		headers['cache-control'] = keptFromSharedCaches(given === undefined ? undefined : String(given))
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

function withCookie(vary: string): string {
	if (variesByCookie(vary)) return vary
	return vary === '' ? 'Cookie' : `${vary}, Cookie`
}
