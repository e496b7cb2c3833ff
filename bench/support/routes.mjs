import {setTimeout as sleep} from 'node:timers/promises'
import {sessionData} from './data.mjs'

/**
 * The routes of the benchmark, as one Koa middleware. They use `ctx.session` only as koa-session has it too, but for
 * `/logout`, so that one handler serves every library.
 */
export function routes() {
	return ctx => {
		const route = ROUTES[ctx.path]
		if (route === undefined) return undefined
		return route(ctx)
	}
}

const ROUTES = {
	/** Does not touch the session. */
	'/untouched'(ctx) {
		ctx.body = 'untouched'
	},

	/** Fills a session of 1,024 bytes as JSON, and answers its `uid`. */
	'/login'(ctx) {
		const kept = ctx.session._permanent === undefined ? {} : {_permanent: true}
		const data = sessionData(kept)
		ctx.session = data
		ctx.body = data.uid
	},

	/** Answers the `uid`. */
	'/read'(ctx) {
		ctx.body = ctx.session.uid ?? 'none'
	},

	/** Adds 1 to a counter, and answers it. */
	'/write'(ctx) {
		const n = (ctx.session.n ?? 0) + 1
		ctx.session.n = n
		ctx.body = `${n}`
	},

	/** Waits, then changes the session. */
	async '/slow'(ctx) {
		await sleep(query(ctx).ms)
		const slow = (ctx.session.slow ?? 0) + 1
		ctx.session.slow = slow
		ctx.body = `${slow}`
	},

	/** Reads the session, then waits. */
	async '/slowread'(ctx) {
		const uid = ctx.session.uid ?? 'none'
		await sleep(query(ctx).ms)
		ctx.body = uid
	},

	/** Sets the key `f` to '1', then waits. */
	async '/set'(ctx) {
		const {f, ms} = query(ctx)
		if (!f) ctx.throw(400, '/set?f=<key>&ms=<milliseconds>')
		ctx.session[f] = '1'
		await sleep(ms)
		ctx.body = 'set'
	},

	/** Answers the value of the key `f`. */
	'/get'(ctx) {
		const {f} = query(ctx)
		if (!f) ctx.throw(400, '/get?f=<key>')
		ctx.body = String(ctx.session[f] ?? 'none')
	},

	/** Destroys the session. */
	async '/logout'(ctx) {
		await ctx.session.destroy()
		ctx.body = 'bye'
	},
}

/** `f` and `ms` of the query, where `?200` is short for `?ms=200`. */
function query(ctx) {
	const words = new URLSearchParams(ctx.querystring)
	const bare = [...words.keys()].find(word => /^\d+$/.test(word))
	return {f: words.get('f'), ms: Number(words.get('ms') ?? bare ?? 0) || 0}
}
