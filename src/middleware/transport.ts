import type {Context} from 'koa'
import type {ResolvedConfig} from '../generated/types.js'
import type {Signer} from './signer.js'

/** Brings the session id to the client: `Set-Cookie`, `Vary` and `Cache-Control`. */
export interface Transport {
	/** The response depends on the cookie: adds `Vary: Cookie`. */
	vary(ctx: Context): void

	/** The `Set-Cookie` text for an id; without `expiresAt` the cookie lives as long as the browser. */
	cookie(ctx: Context, sid: string, expiresAt: number | undefined): string

	/** The `Set-Cookie` text that deletes the cookie, with the attributes that it was set with. */
	deletion(ctx: Context): string

	/** Adds a `Set-Cookie` text to the response, and what goes with it. */
	send(ctx: Context, cookie: string): void
}

/** Attributes in the order of Flask (werkzeug): Domain, Expires, Secure, HttpOnly, Path, SameSite, Partitioned. */
export function createTransport(config: ResolvedConfig, signer: Signer | undefined): Transport {
	const name = config.SESSION_COOKIE_NAME
	const domain = config.SESSION_COOKIE_DOMAIN === undefined ? '' : `; Domain=${config.SESSION_COOKIE_DOMAIN}`
	const onHttps = attributes(config, true)
	const onHttp = attributes(config, false)
	const secure = config.SESSION_COOKIE_SECURE
	const tail = (ctx: Context) => ((secure === 'auto' ? ctx.secure : secure) ? onHttps : onHttp)

	return {
		vary: ctx => addVary(ctx),
		cookie: (ctx, sid, expiresAt) => {
			const value = signer === undefined ? sid : signer.sign(sid)
			return `${name}=${value}${domain}${expiresAt === undefined ? '' : expires(expiresAt)}${tail(ctx)}`
		},
		deletion: ctx => `${name}=${domain}; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0${tail(ctx)}`,
		send: (ctx, cookie) => {
			const {res} = ctx
			res.appendHeader('Set-Cookie', cookie)
			addVary(ctx)
			// a shared cache must not hand this cookie to someone else (RFC 9111, section 7.3)
			if (!res.hasHeader('cache-control')) res.setHeader('Cache-Control', 'no-store')
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

let lastSecond = 0
let lastText = ''

/** Most cookies of one second carry the same date: its text is made once. */
function expires(at: number): string {
	const second = Math.floor(at / 1000)
	if (second !== lastSecond) {
		lastSecond = second
		lastText = `; Expires=${new Date(second * 1000).toUTCString()}`
	}
	return lastText
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
