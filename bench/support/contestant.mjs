/**
 * One contestant of the benchmark, in a process of its own: the routes of `routes.mjs`, over one of the ways below to
 * keep a session in redis. The hand-written ones do the least that a handler can do, and nothing for safety.
 *
 * From the environment: `CONTESTANT`, `REDIS_URL`, `PREFIX` (of every key).
 */
import {randomBytes} from 'node:crypto'
import {Redis} from 'ioredis'
import Koa from 'koa'
import {pack, unpack} from 'msgpackr'
import {sessionData} from './data.mjs'
import {routes} from './routes.mjs'
import {serve} from './serve.mjs'

const {CONTESTANT, REDIS_URL, PREFIX} = process.env
const LIFETIME = 31 * 24 * 60 * 60
const redis = new Redis(REDIS_URL)
const app = new Koa()

const CONTESTANTS = {
	/** No session at all. */
	koa() {
		app.use(routes())
	},

	/** A handler with a session of its own, in as few steps as there can be. */
	handwritten() {
		app.use(ctx => HANDWRITTEN[ctx.path](ctx))
	},

	'koa-server-session': () => ours({}),
	'koa-server-session-lazy': () => ours({SESSION_LAZY: true}),
	'koa-session': () => koaSession({}),
	'koa-session-rolling': () => koaSession({rolling: true}),
}

const HANDWRITTEN = {
	async '/login'(ctx) {
		const sid = randomBytes(32).toString('base64url')
		const data = sessionData({_permanent: true})
		await redis.set(PREFIX + sid, pack({_permanent: true, ...data}), 'EX', LIFETIME)
		ctx.set('Set-Cookie', `session=${sid}; HttpOnly; Path=/`)
		ctx.body = data.uid
	},

	async '/read'(ctx) {
		const stored = await redis.getexBuffer(PREFIX + sidOf(ctx), 'EX', LIFETIME)
		ctx.body = unpack(stored).uid
	},

	/** The same, and the response headers of a session library that refreshes its cookie. */
	async '/read-with-headers'(ctx) {
		const sid = sidOf(ctx)
		const stored = await redis.getexBuffer(PREFIX + sid, 'EX', LIFETIME)
		ctx.body = unpack(stored).uid
		setHeaders(ctx, sid)
	},

	async '/write'(ctx) {
		const key = PREFIX + sidOf(ctx)
		const data = unpack(await redis.getBuffer(key))
		data.n = (data.n ?? 0) + 1
		await redis.set(key, pack(data), 'EX', LIFETIME)
		ctx.body = `${data.n}`
	},

	async '/write-with-headers'(ctx) {
		await HANDWRITTEN['/write'](ctx)
		setHeaders(ctx, sidOf(ctx))
	},
}

function sidOf(ctx) {
	return /(?:^|; )session=([^;]*)/.exec(ctx.headers.cookie)[1]
}

let second = 0
let expires = ''

function setHeaders(ctx, sid) {
	const now = Math.floor(Date.now() / 1000)
	if (now !== second) {
		second = now
		expires = new Date((now + LIFETIME) * 1000).toUTCString()
	}
	ctx.res.setHeader('Set-Cookie', `session=${sid}; Expires=${expires}; HttpOnly; Path=/`)
	ctx.res.setHeader('Vary', 'Cookie')
	ctx.res.setHeader('Cache-Control', 'no-store')
}

async function ours(config) {
	const {serverSession} = await import('koa-server-session')
	app.use(serverSession(app, {SESSION_TYPE: 'redis', SESSION_REDIS: redis, SESSION_KEY_PREFIX: PREFIX, ...config}))
	if (config.SESSION_LAZY) app.use((ctx, next) => (LOADING.has(ctx.path) ? ctx.session.load().then(next) : next()))
	app.use(routes())
}

const LOADING = new Set(['/login', '/read', '/write'])

async function koaSession(options) {
	const {default: session} = await import('koa-session')
	const store = {
		get: async key => JSON.parse((await redis.get(PREFIX + key)) ?? 'null') ?? undefined,
		set: (key, value, maxAge) => redis.set(PREFIX + key, JSON.stringify(value), 'PX', maxAge),
		destroy: key => redis.del(PREFIX + key),
	}
	app.use(session({key: 'session', maxAge: LIFETIME * 1000, signed: false, store, ...options}, app))
	app.use(routes())
}

await CONTESTANTS[CONTESTANT]()
serve(app.callback(), {name: CONTESTANT, close: () => redis.disconnect()})
