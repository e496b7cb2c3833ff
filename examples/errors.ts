import {STATUS_CODES} from 'node:http'
import type {Context, Next} from 'koa'
import {SessionError} from '../src/index.js'
import {errorPage} from './pages.js'

/** Answers an error with a page. A store that is down is a 503, and the next request tries it again. */
export async function answerErrors(ctx: Context, next: Next): Promise<void> {
	try {
		await next()
		if (ctx.status === 404 && !ctx.body) ctx.throw(404)
	} catch (error) {
		const {status = 500, expose, message} = error as {status?: number; expose?: boolean; message?: string}
		ctx.status = status
		ctx.body = errorPage({
			status,
			title: STATUS_CODES[status] ?? 'Error',
			explanation: status === 503 ? STORE_IS_DOWN : expose ? message : undefined,
			code: error instanceof SessionError ? error.code : undefined,
		}).text
		if (!expose) ctx.app.emit('error', error, ctx)
	}
}

const STORE_IS_DOWN =
	'The session store does not answer at the moment. Your cookie stays as it is, and your session is there again when ' +
	'the store is. What you have just sent may have to be sent again.'
