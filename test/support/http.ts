import {request as httpRequest, type IncomingHttpHeaders, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import type {ExecutionContext} from 'ava'
import type Koa from 'koa'

/** A response, read to its end. */
export interface Answer {
	readonly status: number
	readonly headers: IncomingHttpHeaders
	/** The `Set-Cookie` texts, in their order. */
	readonly setCookie: readonly string[]
	readonly body: string
}

/** What a request carries. */
export interface Sent {
	readonly method?: string
	/** The `Cookie` header, as text; sent as UTF-8 whatever it holds. */
	readonly cookie?: string | undefined
	readonly headers?: Readonly<Record<string, string>>
}

/** Sends requests to one application. */
export interface Client {
	readonly port: number
	readonly server: Server
	(path: string, sent?: Sent): Promise<Answer>
}

/** Serves `app` on a free port until the test has ended. */
export async function serve(t: ExecutionContext, app: Koa): Promise<Client> {
	const server = app.listen(0, '127.0.0.1')
	await new Promise(resolve => server.once('listening', resolve))
	t.teardown(() => {
		server.close()
		server.closeAllConnections()
	})
	const {port} = server.address() as AddressInfo
	return Object.assign((path: string, sent?: Sent) => send(port, path, sent), {port, server})
}

/** One request over a connection of its own. */
export function send(port: number, path: string, {method = 'GET', cookie, headers}: Sent = {}): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const request = httpRequest({
			host: '127.0.0.1',
			port,
			path,
			method,
			agent: false,
			headers: {
				...headers,
				...(cookie !== undefined && {cookie: Buffer.from(cookie).toString('latin1')}),
			},
		})
		request.once('error', reject)
		request.once('response', response => {
			const chunks: Buffer[] = []
			response.on('data', chunk => chunks.push(chunk))
			response.once('error', reject)
			response.once('end', () =>
				resolve({
					status: response.statusCode ?? 0,
					headers: response.headers,
					setCookie: response.headers['set-cookie'] ?? [],
					body: Buffer.concat(chunks).toString(),
				}),
			)
		})
		request.end()
	})
}

/** The `name=value` that a browser would send back after `answer`; `undefined` when it set no cookie or deleted it. */
export function cookieOf(answer: Answer, name = 'session'): string | undefined {
	const text = answer.setCookie.find(cookie => cookie.startsWith(`${name}=`))
	const pair = text?.split(';')[0]
	return pair === undefined || pair === `${name}=` ? undefined : pair
}
