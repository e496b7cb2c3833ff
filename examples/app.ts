/**
 * The example of `npm start`: a counter, flashed messages, login and logout, and a look at what the session holds.
 *
 * PORT and every SESSION_* option come from the environment; without SESSION_TYPE the sessions are files in
 * ./flask_session. Try `SESSION_TYPE=redis SESSION_REDIS=redis://127.0.0.1:6379 npm start`.
 */
import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import Koa from 'koa'
import {configFromEnv, type SessionConfig, SessionError, serverSession} from '../src/index.js'
import {answerErrors} from './errors.js'
import {createRouter} from './routes.js'
import {protect} from './security-headers.js'
import {describeStore} from './stores.js'
import type {Visitor} from './visitor.js'
import {WrongInput} from './wrong-input.js'

const WHAT_TO_TRY = `
Things to try on the page:
- Log in, and watch the session id change.
- Add to the counter in 20 requests at once: all 20 count.
- Log out while a slow request runs: the session does not come back.
- Open the page in two tabs, log out in one, and send a form in the other.
`

const {server, sessions} = await start().catch(refuse)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)

async function start() {
	const config: SessionConfig = {SESSION_TYPE: 'keyv', SESSION_COOKIE_SAMESITE: 'Lax', ...configFromEnv(process.env)}
	const wanted = portOf(process.env.PORT)

	const app = new Koa()
	const sessions = serverSession<Visitor>(app, config)
	const router = createRouter(describeStore(config))

	app.use(protect)
	app.use(answerErrors)
	app.use(sessions)
	app.use(router.routes())
	app.use(router.allowedMethods())
	// a line for each error and its cause; Koa would print the stack
	app.on('error', error => console.error([error, error.cause].filter(Boolean).map(String).join('\n  caused by ')))

	const server = createServer(app.callback())
	const {port} = await listen(server, wanted)
	console.log(`Sessions are stored in ${describeStore(config)}.`)
	console.log(`Listening on http://localhost:${port}`)
	console.log(WHAT_TO_TRY)
	return {server, sessions}
}

/** The number in PORT; `undefined` where it is not set. */
function portOf(text: string | undefined): number | undefined {
	if (!text) return undefined
	if (!/^\d+$/.test(text)) throw new WrongInput(`PORT is '${text}', expected a number`)
	if (Number(text) > 65_535) throw new WrongInput(`PORT is ${text}, expected at most 65535`)
	return Number(text)
}

/** The given port; without one 3000, or any free port when that is taken. */
async function listen(target: Server, port: number | undefined): Promise<AddressInfo> {
	try {
		await listenOn(target, port ?? 3000)
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
		if (port !== undefined) throw new WrongInput(`Port ${port} is taken; set PORT to another one, or leave it out.`)
		await listenOn(target, 0)
	}
	return target.address() as AddressInfo
}

function listenOn(target: Server, port: number): Promise<void> {
	return new Promise((resolve, reject) => {
		target.once('error', reject)
		target.listen(port, () => {
			target.off('error', reject)
			resolve()
		})
	})
}

/** Answers what is under way, then closes the store. */
async function stop(): Promise<void> {
	await new Promise(resolve => {
		server.close(resolve)
		server.closeIdleConnections()
	})
	await sessions.close()
}

/** Ends the program. For what whoever started it can put right, the message says all; anything else comes with its stack. */
function refuse(error: unknown): never {
	console.error(error instanceof WrongInput || error instanceof SessionError ? error.message : error)
	process.exit(1)
}
