/**
 * The server that the benchmarks and outside measurements drive. From the environment:
 *
 * - `PORT`, on 127.0.0.1 (default 3000);
 * - `STORE`: `redis` (default), `memory` or `file` (in a temporary directory, removed at the end);
 * - `REDIS_URL` (default `redis://127.0.0.1:6379`).
 *
 * All answers are text/plain. The routes are in `support/routes.mjs`; `ms` may be written `?ms=200` or `?200`.
 */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Redis} from 'ioredis'
import Koa from 'koa'
import {ensureBuilt} from './support/build.mjs'
import {routes} from './support/routes.mjs'
import {serve} from './support/serve.mjs'

ensureBuilt()
const {serverSession} = await import('koa-server-session')
const {fileCache} = await import('koa-server-session/stores/keyv')

const {PORT = '3000', STORE = 'redis', REDIS_URL = 'redis://127.0.0.1:6379'} = process.env
const STORES = {redis: redisStore, memory: memoryStore, file: fileStore}
if (!Object.hasOwn(STORES, STORE)) {
	console.error(`STORE is ${STORE}; it can be ${Object.keys(STORES).join(', ')}.`)
	process.exit(2)
}
const {config, close} = STORES[STORE]()

const app = new Koa()
const sessions = serverSession(app, config)
app.use(sessions)
app.use(routes())

serve(app.callback(), {
	port: Number(PORT),
	name: `koa-server-session with the ${STORE} store`,
	async close() {
		await sessions.close()
		await close?.()
	},
})

function redisStore() {
	const redis = new Redis(REDIS_URL)
	redis.on('error', error => console.error(`redis: ${error.message}`))
	return {config: {SESSION_TYPE: 'redis', SESSION_REDIS: redis}, close: () => redis.disconnect()}
}

function memoryStore() {
	return {config: {SESSION_TYPE: 'memory'}}
}

function fileStore() {
	const directory = mkdtempSync(join(tmpdir(), 'koa-server-session-'))
	return {
		config: {SESSION_TYPE: 'keyv', SESSION_KEYV: fileCache({directory, threshold: 100_000})},
		close: () => rmSync(directory, {recursive: true, force: true}),
	}
}
