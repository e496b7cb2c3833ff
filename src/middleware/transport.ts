import type {Context} from 'koa'
import type {ResolvedConfig} from '../generated/types.js'
import type {Warn} from '../warn.js'
import {warnWhereCookieIsLost} from './cookie-warnings.js'
import type {Signer} from './signer.js'

/** Brings the session id to the client: `Set-Cookie`, `Vary` and `Cache-Control`. */
export interface Transport {
	/** The response depends on the cookie: adds `Vary: Cookie`. */
	vary(ctx: Context): void

	/** The cookie of an id as a browser sends it: `name=value`. */
	pair(sid: string): string

	/** The `Set-Cookie` value for an id; without `expiresAt` the cookie lives as long as the browser. */
	cookie(ctx: Context, sid: string, expiresAt: number | undefined): string

	/** The `Set-Cookie` value that deletes the cookie, with the attributes that it was set with. */
	deletion(ctx: Context): string

	/** Adds a `Set-Cookie` value to the response, and what goes with it. */
	send(ctx: Context, cookie: string): void
}

/** Attributes in the order of Flask (werkzeug): Domain, Expires, Secure, HttpOnly, Path, SameSite, Partitioned. */
export function createTransport(config: ResolvedConfig, signer: Signer | undefined, warn: Warn): Transport {
	const name = config.SESSION_COOKIE_NAME
	const domain = config.SESSION_COOKIE_DOMAIN === undefined ? '' : `; Domain=${config.SESSION_COOKIE_DOMAIN}`
	const expires = createExpires()
	const onHttps = attributes(config, true)
	const onHttp = attributes(config, false)
	const secure = config.SESSION_COOKIE_SECURE
	const tail = (ctx: Context) => ((secure === 'auto' ? ctx.secure : secure) ? onHttps : onHttp)

	const pair = (sid: string) => `${name}=${signer === undefined ? sid : signer.sign(sid)}`

	return {
		vary: ctx => addVary(ctx),
		pair,
		cookie: (ctx, sid, expiresAt) =>
			pair(sid) + domain + (expiresAt === undefined ? '' : expires(expiresAt)) + tail(ctx),
		deletion: ctx => `${name}=${domain}; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0${tail(ctx)}`,
		send: (ctx, cookie) => {
			const {res} = ctx
			if (!ctx.secure) warnWhereCookieIsLost(ctx, secure, warn)
			res.appendHeader('Set-Cookie', cookie)
			addVary(ctx)
			const given = res.getHeader('cache-control')
			res.setHeader('Cache-Control', keptFromSharedCaches(given === undefined ? undefined : String(given)))
			for (const header of res.getHeaderNames()) if (FOR_SHARED_CACHES.test(header)) res.setHeader(header, 'no-store')
		},
	}
}

function attributes(config: ResolvedConfig, secure: boolean): string {
	const sameSite = config.SESSION_COOKIE_SAMESITE
	// browsers drop a SameSite=None or Partitioned cookie without Secure; only `auto` comes here with such a pair
	const crossSite = secure || config.SESSION_COOKIE_SECURE !== 'auto'
	return [
		secure ? '; Secure' : '',
		config.SESSION_COOKIE_HTTPONLY ? '; HttpOnly' : '',
		`; Path=${quotePath(config.SESSION_COOKIE_PATH)}`,
		sameSite === undefined ? '' : `; SameSite=${sameSite === 'None' && !crossSite ? 'Lax' : sameSite}`,
		config.SESSION_COOKIE_PARTITIONED && crossSite ? '; Partitioned' : '',
	].join('')
}

/** werkzeug's `quote(path, safe="%!$&'()*+,/:=@")`. */
function quotePath(path: string): string {
	return path.replace(/[^\w.~%!$&'()*+,/:=@-]/gu, encodeURIComponent)
}

/** Makes the `Expires` attribute. Most cookies of one second carry the same date: its string is made once. */
function createExpires(): (at: number) => string {
	let lastSecond = 0
	let attribute = ''
	return at => {
		const second = Math.floor(at / 1000)
		if (second !== lastSecond) {
			lastSecond = second
			attribute = `; Expires=${new Date(second * 1000).toUTCString()}`
		}
		return attribute
	}
}

/** Header fields that a shared cache follows in the place of `Cache-Control` (RFC 9213). */
const FOR_SHARED_CACHES = /(?:^|-)cdn-cache-control$|^surrogate-control$/

/**
 * `Cache-Control` of a response that sets a session cookie: a shared cache must not hand that to someone else (RFC 9111,
 * section 7.3). What the application says to the cache of the browser stays.
 */
export function keptFromSharedCaches(cacheControl: string | undefined): string {
	if (cacheControl === undefined || cacheControl.trim() === '') return 'no-store'
	// commas inside of quotes are no separators
	const directives = cacheControl.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).map(directive => directive.trim())
	const kept = directives.filter(directive => !/^(?:public|s-maxage\s*=.*)$/i.test(directive))
	const isPrivate = kept.some(directive => /^(?:private|no-store)$/i.test(directive))
	return (isPrivate ? kept : ['private', ...kept]).join(', ')
}

function addVary(ctx: Context): void {
	const before = ctx.res.getHeader('vary')
	if (before === undefined) ctx.res.setHeader('Vary', 'Cookie')
	else if (!variesByCookie(String(before))) ctx.vary('Cookie')
}

/** Whether a `Vary` header names the cookie already. */
export function variesByCookie(vary: string): boolean {
	return /(?:^|,)\s*(?:cookie|\*)\s*(?:,|$)/i.test(vary)
}
