import {once} from 'node:events'
import http from 'node:http'
import {RedisStore} from 'connect-redis'
import express from 'express'
import expressSession from 'express-session'
import fastify from 'fastify'
import Koa from 'koa'
import koaSession from 'koa-session'

const SECRET = 'a secret of at least thirty-two characters'

/**
 * The session libraries that are compared, each as the same small application:
 *
 * - `/login?uid=u` sets `uid`;
 * - `/put?f=k&gate=g` reads the session, waits at the gate, and sets the key `k` to `1`;
 * - `/count?gate=g` reads the session, waits at the gate, and adds 1 to `n`, in the way that the library recommends;
 * - `/get?f=k` answers the value of `k`, or `none`;
 * - `/logout` destroys the session.
 */
export const LIBRARIES = [
	{name: 'koa-server-session', start: options => ours(options, {})},
	{
		name: 'the same, with `last-write-wins`',
		start: options => ours(options, {SESSION_CONCURRENCY: 'last-write-wins'}),
	},
	{name: 'koa-session', from: 'koa-session', start: withKoaSession},
	{name: 'express-session with connect-redis', from: 'express-session', start: withExpressSession},
	{name: '@fastify/session with connect-redis', from: '@fastify/session', start: withFastifySession},
]

async function ours({redis, prefix, gates}, config) {
	const {serverSession} = await import('koa-server-session')
	const app = new Koa()
	app.use(serverSession(app, {SESSION_TYPE: 'redis', SESSION_REDIS: redis, SESSION_KEY_PREFIX: prefix, ...config}))
	const count = ctx => ctx.session.update('n', (n = 0) => n + 1)
	app.use(koaRoutes(gates, {count, logOut: ctx => ctx.session.destroy()}))
	return listen(http.createServer(app.callback()))
}

function withKoaSession({redis, prefix, gates}) {
	const app = new Koa()
	const store = {
		get: async key => JSON.parse((await redis.get(prefix + key)) ?? 'null') ?? undefined,
		set: (key, value, maxAge) => redis.set(prefix + key, JSON.stringify(value), 'PX', maxAge),
		destroy: key => redis.del(prefix + key),
	}
	app.use(koaSession({signed: false, store}, app))
	app.use(
		koaRoutes(gates, {
			count: ctx => {
				ctx.session.n = (ctx.session.n ?? 0) + 1
			},
			logOut: ctx => {
				ctx.session = null
			},
		}),
	)
	return listen(http.createServer(app.callback()))
}

function koaRoutes(gates, {count, logOut}) {
	return async ctx => {
		const {f, gate, uid} = ctx.query
		if (ctx.path === '/login') ctx.session.uid = uid
		if (ctx.path === '/put') {
			if (ctx.session.uid === undefined) ctx.throw(401)
			await gates.pass(gate)
			ctx.session[f] = '1'
		}
		if (ctx.path === '/count') {
			if (ctx.session.uid === undefined) ctx.throw(401)
			await gates.pass(gate)
			await count(ctx)
		}
		if (ctx.path === '/logout') await logOut(ctx)
		ctx.body = ctx.path === '/get' ? String(ctx.session[f] ?? 'none') : 'ok'
	}
}

function withExpressSession({redis, prefix, gates}) {
	const app = express()
	const store = new RedisStore({client: redis, prefix})
	app.use(expressSession({store, secret: SECRET, resave: false, saveUninitialized: false}))
	app.use(async (req, res) => {
		const {f, gate, uid} = req.query
		if (req.path === '/login') req.session.uid = uid
		if (req.path === '/put') {
			if (req.session.uid === undefined) return res.sendStatus(401)
			await gates.pass(gate)
			req.session[f] = '1'
		}
		if (req.path === '/count') {
			if (req.session.uid === undefined) return res.sendStatus(401)
			await gates.pass(gate)
			req.session.n = (req.session.n ?? 0) + 1
		}
		if (req.path === '/logout') return req.session.destroy(() => res.send('ok'))
		return res.send(req.path === '/get' ? String(req.session[f] ?? 'none') : 'ok')
	})
	return listen(http.createServer(app))
}

async function withFastifySession({redis, prefix, gates}) {
	const app = fastify()
	await app.register(import('@fastify/cookie'))
	await app.register(import('@fastify/session'), {
		store: new RedisStore({client: redis, prefix}),
		secret: SECRET,
		saveUninitialized: false,
		cookie: {secure: false},
	})
	app.get('/login', async ({session, query}) => {
		session.set('uid', query.uid)
		return 'ok'
	})
	app.get('/put', async ({session, query}, reply) => {
		if (session.get('uid') === undefined) return reply.code(401).send('none')
		await gates.pass(query.gate)
		session.set(query.f, '1')
		return 'ok'
	})
	app.get('/count', async ({session, query}, reply) => {
		if (session.get('uid') === undefined) return reply.code(401).send('none')
		await gates.pass(query.gate)
		session.set('n', (session.get('n') ?? 0) + 1)
		return 'ok'
	})
	app.get('/get', async ({session, query}) => String(session.get(query.f) ?? 'none'))
	app.get('/logout', async ({session}) => {
		await session.destroy()
		return 'ok'
	})
	await app.ready()
	return listen(app.server, () => app.close())
}

/** The server on a loopback port, and a client that knows no cookies but those it is given. */
async function listen(server, close) {
	server.listen(0, '127.0.0.1')
	await once(server, 'listening')
	const address = `http://127.0.0.1:${server.address().port}`

	async function request(path, cookie) {
		const response = await fetch(address + path, {headers: cookie ? {cookie} : {}})
		const text = await response.text()
		if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
		return {text, cookies: response.headers.getSetCookie().map(line => line.slice(0, line.indexOf(';')))}
	}

	return {
		/** Resolves with the cookie of a new session. */
		async login(uid) {
			const {cookies} = await request(`/login?uid=${uid}`)
			if (cookies.length === 0) throw new Error('/login set no cookie')
			return cookies.join('; ')
		},
		get: async (path, cookie) => (await request(path, cookie)).text,
		async close() {
			server.closeAllConnections()
			await (close?.() ?? new Promise(resolve => server.close(resolve)))
		},
	}
}
