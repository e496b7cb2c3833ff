import {IncomingMessage, type RequestListener, ServerResponse} from 'node:http'
import {Socket} from 'node:net'

/** What the response told the browser: an id, to forget the cookie, or nothing. */
export type Cookie = {readonly sid: string} | 'deleted' | undefined

/** What a browser learns of a response. */
export interface Delivered {
	readonly status: number
	readonly cookie: Cookie
}

/** Hands a request to the callback of a Koa application, without a network, and gives its answer. */
export async function deliver(callback: RequestListener, sid: string | undefined): Promise<Delivered> {
	const req = new IncomingMessage(new Socket())
	req.method = 'GET'
	req.url = '/'
	if (sid !== undefined) req.headers.cookie = `session=${sid}`
	const res = new ServerResponse(req)
	// the callback of Koa gives the promise of the whole request
	await callback(req, res)
	return {status: res.statusCode, cookie: cookieOf(res)}
}

function cookieOf(res: ServerResponse): Cookie {
	const header = res.getHeader('set-cookie')
	if (header === undefined) return undefined
	const texts = [header].flat().map(String)
	if (texts.length !== 1) throw new Error(`One response set the cookie ${texts.length} times`)
	const value = texts[0]?.match(/^session=([^;]*)/)?.[1]
	return value ? {sid: value} : 'deleted'
}
