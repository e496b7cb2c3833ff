/** What the operator is told of a cookie that browsers will not take, or that is less safe than it could be. */

import type {Context} from 'koa'
import type {ResolvedConfig} from '../generated/types.js'
import type {Warn} from '../warn.js'

/** Browsers take a secure cookie from these without https. */
const LOCAL = /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[?::1\]?)$/

/** To be called with a request that did not come over https, as far as Koa knows. */
export function warnWhereCookieIsLost(ctx: Context, secure: ResolvedConfig['SESSION_COOKIE_SECURE'], warn: Warn): void {
	if (secure === false || LOCAL.test(ctx.hostname)) return
	const proxySaysHttps = !ctx.app.proxy && /^https\b/i.test(ctx.get('x-forwarded-proto'))
	if (secure === 'auto' && proxySaysHttps) {
		warn(
			"The session cookie is sent without Secure, though a proxy says that the request came over https: SESSION_COOKIE_SECURE 'auto' " +
				'believes that only with `app.proxy = true`. Set it if the proxy is yours and sets X-Forwarded-Proto itself.',
			'KSS_PROXY_NOT_TRUSTED',
		)
	} else if (secure === true && !proxySaysHttps) {
		warn(
			'The session cookie is Secure, and the request came over plain http, so browsers drop the cookie and every request is a ' +
				"new visitor. Serve the site over https, or set SESSION_COOKIE_SECURE to 'auto' where it runs without. Behind a proxy " +
				'that ends https, set `app.proxy = true` and have it send X-Forwarded-Proto.',
			'KSS_SECURE_COOKIE_OVER_HTTP',
		)
	}
}

/** Says once, in production, which protections of the cookie are off: the defaults are those of Flask. */
export function warnOfOpenCookie(config: ResolvedConfig, warn: Warn): void {
	const canBeHost = config.SESSION_COOKIE_DOMAIN === undefined && config.SESSION_COOKIE_PATH === '/'
	const off = [
		config.SESSION_COOKIE_SECURE === false ? ['SESSION_COOKIE_SECURE is false'] : [],
		config.SESSION_COOKIE_SAMESITE === undefined ? ['SESSION_COOKIE_SAMESITE is not set'] : [],
		canBeHost && !/^__(?:Host|Secure)-/i.test(config.SESSION_COOKIE_NAME)
			? [`SESSION_COOKIE_NAME '${config.SESSION_COOKIE_NAME}' does not begin with __Host-`]
			: [],
	].flat()
	if (off.length === 0) return
	warn(
		`The session cookie is less protected than it can be: ${off.join(', ')}. ` +
			"For a site on https: SESSION_COOKIE_NAME '__Host-session', SESSION_COOKIE_SECURE true, SESSION_COOKIE_SAMESITE 'Lax'.",
		'KSS_COOKIE_UNPROTECTED',
	)
}
