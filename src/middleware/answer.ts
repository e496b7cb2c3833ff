import type {Context} from 'koa'
import type {HttpCore} from './core.js'
import {statusOf, withErrorHeaders} from './error-headers.js'
import {isEmpty, type SessionState} from './state.js'

/** Tells the client what the session needs it to know, in the headers of the response. */
export function answer(core: HttpCore, ctx: Context, state: SessionState): void {
	const cookie = cookieFor(core, ctx, state)
	const canSend = ctx.respond !== false && !ctx.headerSent
	if (canSend && cookie !== undefined) core.transport.send(ctx, cookie)
	else if (canSend && state.accessed) core.transport.vary(ctx)
	else if (cookie !== undefined && state.cookie !== 'refresh') warnOfLostCookie(core)
}

/**
 * The error to throw in the place of `error`, with the headers that an answer to it must have. They also go to the
 * response, for a middleware above that answers in its own way.
 */
export function withHeaders(core: HttpCore, ctx: Context, state: SessionState, error: unknown): unknown {
	const due = state.cookie !== 'refresh' || statusOf(error) < 500
	const cookie = due ? cookieFor(core, ctx, state) : undefined
	if (cookie === undefined && !state.accessed) return error
	if (!ctx.headerSent) {
		if (cookie === undefined) core.transport.vary(ctx)
		else core.transport.send(ctx, cookie)
	}
	return withErrorHeaders(error, cookie)
}

/** The `Set-Cookie` text that the response owes the client. */
function cookieFor({transport}: HttpCore, ctx: Context, state: SessionState): string | undefined {
	if (state.gone) return undefined
	if (state.cookie === 'clear') return transport.deletion(ctx)
	if (state.record === undefined || state.cookie === undefined) return undefined
	if (state.cookie === 'refresh' && isEmpty(state.data)) return undefined
	// where the store does not tell the expiry, a cookie that lives longer than the record does no harm
	const expiresAt = state.record.expiresAt ?? state.expiry()
	return transport.cookie(ctx, state.sid, state.permanent ? expiresAt : undefined)
}

function warnOfLostCookie({warn}: HttpCore): void {
	warn(
		'A session cookie could not be sent: the response had begun, or ctx.respond is false. ' +
			'Set session data, log in and log out before that; what was changed is stored all the same.',
		'KSS_COOKIE_NOT_SENT',
	)
}
