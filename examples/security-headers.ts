import {createHash} from 'node:crypto'
import type {Context, Next} from 'koa'
import {CSS} from './style.js'

const style = createHash('sha256').update(CSS).digest('base64')
const policy = [
	"default-src 'none'",
	`style-src 'sha256-${style}'`,
	"script-src 'self'",
	"connect-src 'self'",
	'img-src data:',
	"form-action 'self'",
	"base-uri 'none'",
	"frame-ancestors 'none'",
].join('; ')

/** No script and no style but our own, and no frame. */
export async function protect(ctx: Context, next: Next): Promise<void> {
	ctx.set({'Content-Security-Policy': policy, 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'same-origin'})
	await next()
}
