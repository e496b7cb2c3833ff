/**
 * `npm run bench:round-trips`: the commands that each kind of request sends to redis, as redis itself saw them
 * (`MONITOR`; what a script does inside redis is no round trip, and is not counted).
 *
 *     npm run bench:round-trips -- --write    also puts the table into docs/performance.md
 */
import {once} from 'node:events'
import http from 'node:http'
import {setTimeout as sleep} from 'node:timers/promises'
import {parseArgs} from 'node:util'
import Koa from 'koa'
import {ensureBuilt} from './support/build.mjs'
import {writeBetweenMarkers} from './support/page.mjs'
import {removeKeys, startRedis} from './support/redis.mjs'
import {table} from './support/table.mjs'

const UNKNOWN = 'session=an_id_that_no_session_has_ever_had'

/** `handle` is what the handler does with `ctx`; `cookie` is what is sent in place of the cookie of a session. */
const REQUESTS = [
	{name: 'no cookie, the session is not used', cookie: '', handle: () => undefined},
	{name: 'no cookie, the session is read', cookie: '', handle: ctx => ctx.session.uid},
	{name: 'a cookie that has not the form of an id', cookie: 'session=../etc', handle: ctx => ctx.session.uid},
	{name: 'a new session', cookie: '', handle: setKey},
	{name: 'a cookie, the session is not used', handle: () => undefined},
	{name: 'read', handle: ctx => ctx.session.uid},
	{name: 'read, `SESSION_REFRESH_EACH_REQUEST: false`', config: {SESSION_REFRESH_EACH_REQUEST: false}, handle: getKey},
	{name: 'read, `SESSION_REFRESH_INTERVAL`', config: {SESSION_REFRESH_INTERVAL: 60}, handle: getKey},
	{name: 'read, in a request of more than 100 ms', handle: ctx => sleep(150, ctx.session.uid)},
	{name: 'read, an id that no session has', cookie: UNKNOWN, handle: getKey},
	{name: 'read and write', handle: setKey},
	{name: 'read and write of an equal value', handle: ctx => Object.assign(ctx.session, {uid: ctx.session.uid})},
	{name: 'two that read and write, overlapping: together', handle: (ctx, other) => other().then(() => setKey(ctx))},
	{name: '`update()`', handle: ctx => ctx.session.update('n', (n = 0) => n + 1)},
	{name: '`save()`, then another write', handle: ctx => setKey(ctx) && ctx.session.save().then(() => setKey(ctx))},
	{name: '`lock()`, and a write', handle: ctx => ctx.session.lock().then(() => setKey(ctx))},
	{name: '`regenerate()`', handle: ctx => ctx.session.regenerate()},
	{name: '`destroy()`', handle: ctx => ctx.session.destroy()},
	{name: '`ctx.session = null`', handle: ctx => Object.assign(ctx, {session: null})},
	{name: 'all keys removed', handle: ctx => ctx.session.clear()},
	{name: '`SESSION_LAZY`, the session is not used', config: {SESSION_LAZY: true}, handle: () => undefined},
	{name: '`SESSION_LAZY`, `load()`', config: {SESSION_LAZY: true}, handle: ctx => ctx.session.load()},
	{name: '`SESSION_LAZY`, `destroy()`', config: {SESSION_LAZY: true}, handle: ctx => ctx.session.destroy()},
]

let changes = 0

const {values} = parseArgs({options: {write: {type: 'boolean'}}})
ensureBuilt({fresh: true})
const {serverSession} = await import('koa-server-session')
const prefix = `bench-${process.pid}:`
const {redis, stop} = await startRedis()
try {
	// the first use of a script sends its text too
	for (const request of REQUESTS) await commandsOf(request)
	const rows = []
	for (const request of REQUESTS) {
		const commands = await commandsOf(request)
		rows.push([request.name, `${commands.length}`, commands.map(command => `\`${command}\``).join(', ')])
	}
	const text = table(['the request', 'round trips', 'commands'], rows)
	console.log(text)
	if (values.write) writeBetweenMarkers('docs/performance.md', 'round-trips', text)
} finally {
	await removeKeys(redis, prefix)
	await stop()
}

function getKey(ctx) {
	return ctx.session.uid
}

function setKey(ctx) {
	changes += 1
	ctx.session.change = changes
	return true
}

/** The names of the commands of one request to an application of its own. */
async function commandsOf({config = {}, cookie, handle}) {
	const app = new Koa()
	const settings = {SESSION_TYPE: 'redis', SESSION_REDIS: redis, SESSION_KEY_PREFIX: prefix}
	const sessions = serverSession(app, {...settings, ...config})
	await sessions.ready()
	app.use(sessions)
	app.use(async ctx => {
		if (ctx.path === '/login') {
			if (config.SESSION_LAZY) await ctx.session.load()
			ctx.session.uid = 'u1'
		} else if (ctx.path === '/other') setKey(ctx)
		else await handle(ctx, () => fetch(`${address}/other`, {headers: {cookie: sent}}))
		ctx.body = 'ok'
	})
	const server = http.createServer(app.callback()).listen(0, '127.0.0.1')
	await once(server, 'listening')
	const address = `http://127.0.0.1:${server.address().port}`
	const login = await fetch(`${address}/login`)
	const sent = cookie ?? login.headers.getSetCookie()[0].split(';')[0]

	const commands = await monitored(() => fetch(`${address}/`, {headers: sent ? {cookie: sent} : {}}))
	server.closeAllConnections()
	server.close()
	return commands
}

async function monitored(action) {
	const monitor = await redis.monitor()
	const commands = []
	const seenEnd = new Promise(resolve => {
		monitor.on('monitor', (_time, [command], source) => {
			if (command === 'echo') resolve()
			else if (source !== 'lua') commands.push(command.toUpperCase())
		})
	})
	const response = await action()
	if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
	await redis.echo('end')
	await seenEnd
	monitor.disconnect()
	return commands
}
