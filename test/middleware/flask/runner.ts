/** Plays a recorded scenario against a Koa application over a real redis, and tells what it shows and does. */
import {createHmac} from 'node:crypto'
import type {ExecutionContext} from 'ava'
import type {Redis} from 'ioredis'
import Koa from 'koa'
import {createClient} from 'redis-v5'
import {serverSession} from '../../../src/index.js'
import {type Client, serve} from '../../support/http.js'
import {until} from '../../support/until.js'
import type {Command, WatchedRedis} from '../../support/watched-redis.js'
import {views} from './routes.js'
import {type Effect, effectsOf, type Observed, type Scenario} from './scenarios.js'

const SECRET_KEY = 'the key of the recordings'
const OTHER_KEY = 'another key'
const CLOCK_START = Date.UTC(2026, 10, 20, 11, 11, 21)

/** One scenario on its way. */
interface Play extends WatchedRedis {
	readonly t: ExecutionContext
	readonly scenario: Scenario
	/** The time of the application, moved by hand. */
	now: number
	/** The ids that appeared, in their order: `<sid:1>` is the first. */
	readonly sids: string[]
	/** What the store holds by key, as far as the steps tell: the value, and until when. */
	readonly held: Map<string, string>
	/** When a key expires, by the time of the application. */
	readonly expiries: Map<string, number>
	request: Client
}

/** What has to happen before a step, by scenario: what its name says, and its requests do not. */
const between: Readonly<Record<string, (play: Play, step: number) => Promise<void> | void>> = {
	'lifetime 1 s: write, 0.6 s, nothing, 0.6 s, read, 1.2 s, read': (play, step) =>
		advance(play, [0, 600, 600, 1200][step] ?? 0),
	'lifetime 1 s, SESSION_REFRESH_EACH_REQUEST False: write, 0.6 s, read, 0.6 s, read': (play, step) =>
		advance(play, [0, 600, 600][step] ?? 0),
	'signer: good signature, unknown in the store: read': async (play, step) => {
		if (step !== 1) return
		await play.redis.flushdb()
		play.held.clear()
	},
	'signer: signed with another key: read': async (play, step) => {
		if (step === 1) play.request = await application(play, {SECRET_KEY: OTHER_KEY})
	},
	'signer: SECRET_KEY_FALLBACKS is not looked at': async (play, step) => {
		if (step === 1) play.request = await application(play, {SECRET_KEY: OTHER_KEY, SECRET_KEY_FALLBACKS: [SECRET_KEY]})
	},
	'redis down, cookie: nothing': async play => {
		play.request = await application(play, {SESSION_REDIS: downClient(play)})
	},
	'redis client with decode_responses=True, valid cookie: read': async play => {
		// what comes nearest: a client that gives texts unless it is asked for bytes
		const client = createClient({url: play.server.url})
		await client.connect()
		play.t.teardown(() => client.destroy())
		play.request = await application(play, {SESSION_REDIS: client})
	},
}

/** Starts a scenario; {@link step} then sends its requests one after the other. */
export async function begin(t: ExecutionContext, scenario: Scenario, watched: WatchedRedis): Promise<Play> {
	const {redis} = watched
	await redis.flushdb()
	const play: Play = {
		...watched,
		t,
		scenario,
		now: CLOCK_START,
		sids: [],
		held: new Map(),
		expiries: new Map(),
		request: undefined as never,
	}
	for (const {key, hex, px} of scenario.stored_before ?? []) {
		const value = Buffer.from(hex, 'hex')
		await (px === undefined ? redis.set(key, value) : redis.set(key, value, 'PX', px))
		if (px === undefined) play.held.set(key, hex)
		else await until(async () => (await redis.exists(key)) === 0, 'a key did not expire')
	}
	play.request = await application(play)
	return play
}

/** The configuration of a scenario, as JavaScript writes it, with the cookie as often as Flask sends it. */
export function configOf({config}: Scenario): Record<string, unknown> {
	const {PERMANENT_SESSION_LIFETIME: lifetime, ...rest} = config
	const parts = /^datetime\.timedelta\(seconds=(\d+)(?:, microseconds=(\d+))?\)$/.exec(String(lifetime))
	return {
		SECRET_KEY,
		...rest,
		SESSION_REFRESH_EACH_REQUEST: rest.SESSION_REFRESH_EACH_REQUEST === false ? false : 'exact',
		...('PERMANENT_SESSION_LIFETIME' in config && {PERMANENT_SESSION_LIFETIME: lifetime}),
		...(parts && {
			PERMANENT_SESSION_LIFETIME: {seconds: Number(parts[1]), milliseconds: Number(parts[2] ?? 0) / 1000},
		}),
	}
}

async function application(play: Play, config: Record<string, unknown> = {}): Promise<Client> {
	const app = new Koa()
	app.silent = true
	const sessions = serverSession(
		app,
		{SESSION_TYPE: 'redis', SESSION_REDIS: play.redis, ...configOf(play.scenario), ...config},
		{now: () => play.now},
	)
	app.use(sessions)
	app.use(async (ctx, next) => {
		await next()
		ctx.state.afterwards?.()
	})
	app.use(async ctx => {
		const result = ctx.method === 'OPTIONS' ? '' : await views[ctx.path.slice(1)]?.(ctx as never)
		ctx.body = result === undefined ? 'ok' : result
	})
	play.t.teardown(() => sessions.close())
	if (config.SESSION_REDIS === undefined) await sessions.ready()
	return serve(play.t, app)
}

/** The last request of {@link play} is done: what it showed and did, in the terms of the recording. */
export async function step(play: Play, index: number): Promise<Observed> {
	const {scenario, redis} = play
	const recorded = scenario.steps[index]
	if (recorded === undefined) throw new RangeError(`${scenario.scenario} has no step ${index}`)
	await between[scenario.scenario]?.(play, index)
	const commands = await play.watch()
	const [method = '', path = ''] = recorded.request.split(' ')
	const cookie = recorded.cookie === null ? undefined : sentCookie(play, recorded.cookie)
	const answer = await play.request(path, {method, cookie})
	const effects = (await commands()).flatMap(command => effectOf(command)).filter(({key}) => !isNote(key))
	for (const key of effects.map(({key}) => key)) noteSid(play, key.slice(key.indexOf(':') + 1))
	const named = effects.map(effect => ({...effect, key: withoutSids(play, effect.key)}))
	const said = effectsOf(named, play.held)
	for (const effect of named) {
		const lives = play.held.has(effect.key)
		if (!lives) play.expiries.delete(effect.key)
		else if ('seconds' in effect) play.expiries.set(effect.key, play.now + effect.seconds * 1000)
	}
	play.t.deepEqual(await holdings(play), Object.fromEntries(play.held), 'the store holds what the commands say')
	await assertExpiries(play)
	const caching = answer.headers['cache-control']
	const ownCaching = path === '/cache_control_write' ? 'private, max-age=60' : undefined
	play.t.is(caching, ownCaching ?? (answer.setCookie.length > 0 ? 'no-store' : undefined), 'Cache-Control')
	return {
		status: answer.status,
		setCookie: answer.setCookie.map(text => {
			noteSid(play, /^\w+=([\w-]{16,})/.exec(text)?.[1] ?? '')
			return withoutSids(play, text)
		}),
		vary: answer.headers.vary === undefined ? [] : [answer.headers.vary],
		body: answer.body,
		effects: said,
	}

	async function holdings({redis: client}: Play): Promise<Record<string, string | undefined>> {
		const keys = (await client.keys('*')).filter(key => !isNote(key))
		const values = await Promise.all(keys.map(key => client.getBuffer(key)))
		return Object.fromEntries(keys.map((key, at) => [withoutSids(play, key), values[at]?.toString('hex')]))
	}

	async function assertExpiries({t, expiries, now}: Play): Promise<void> {
		for (const key of (await redis.keys('*')).filter(key => !isNote(key))) {
			const left = await redis.pttl(key)
			const expected = expiries.get(withoutSids(play, key))
			if (expected === undefined) t.is(left, -1, `${key} has no expiry`)
			else t.true(left > expected - now - 5000 && left <= expected - now, `${key} lives for ${left} ms more`)
		}
	}
}

/** `<now+90s>` of a recording as the date that the frozen time gives. */
export function withDates(play: Play, text: string): string {
	return text.replace(/<now\+([\d.]+)s>/g, (_, seconds: string) => {
		const at = Math.floor(play.now / 1000 + Number(seconds)) * 1000
		return new Date(at).toUTCString()
	})
}

/** Moves the time of the application, and that of redis by as much. */
async function advance(play: Play, ms: number): Promise<void> {
	play.now += ms
	for (const key of (await play.redis.keys('*')).filter(key => !isNote(key))) {
		const name = withoutSids(play, key)
		const expiry = play.expiries.get(name)
		if (expiry === undefined) continue
		if (expiry > play.now) await play.redis.pexpire(key, expiry - play.now)
		else {
			await play.redis.del(key)
			play.held.delete(name)
			play.expiries.delete(name)
		}
	}
}

/** Whether `key` only notes that an id has ended, which Flask-Session does not do. */
function isNote(key: string): boolean {
	return key.startsWith('ended:')
}

function effectOf({args, source}: Command): Effect[] {
	const [name = '', key = '', ...rest] = args
	const inScript = source === 'lua'
	const seconds = () => Number(rest[rest.findIndex(word => word.toUpperCase() === 'PX') + 1]) / 1000
	switch (name.toUpperCase()) {
		case 'GET':
			// what a script compares with is the request's own write
			return inScript ? [] : [{kind: 'read', key}]
		case 'GETEX':
			return [
				{kind: 'read', key},
				{kind: 'extend', key, seconds: seconds()},
			]
		case 'SET':
			return [{kind: 'write', key, hex: hexOf(rest[0] ?? ''), seconds: seconds()}]
		case 'DEL':
			return [{kind: 'delete', key}]
		case 'PTTL':
		case 'EVAL':
		case 'EVALSHA':
		case 'SCRIPT':
		case 'PING':
		case 'HELLO':
		case 'CLIENT':
		case 'INFO':
			return []
		default:
			throw new Error(`a session must not need ${args.join(' ')}`)
	}
}

/** MONITOR shows bytes that are no printable ASCII as `\xNN`, and ioredis leaves most of that as it is. */
function hexOf(shown: string): string {
	const bytes: number[] = []
	const escapes: Record<string, number> = {n: 10, r: 13, t: 9, a: 7, b: 8, '\\': 92, '"': 34}
	for (const [text, hex, short] of shown.matchAll(/\\x([0-9a-f]{2})|\\(.)|./gs)) {
		if (hex !== undefined) bytes.push(Number.parseInt(hex, 16))
		else if (short !== undefined) bytes.push(escapes[short] ?? short.charCodeAt(0))
		else bytes.push(text.charCodeAt(0))
	}
	return Buffer.from(bytes).toString('hex')
}

function noteSid(play: Play, sid: string): void {
	if (/^[\w-]{22,}$/.test(sid) && !/[a-z]_0123456789$/.test(sid) && !play.sids.includes(sid)) play.sids.push(sid)
}

/** Ids as `<sid:1>`, and their signatures, where they are right, as `<sig>`. */
function withoutSids(play: Play, text: string): string {
	return play.sids.reduce((named, sid, index) => {
		const signed = [SECRET_KEY, OTHER_KEY].map(key => `${sid}.${signature(key, sid)}`)
		const bare = signed.reduce((left, value) => left.replaceAll(value, `<sid:${index + 1}>.<sig>`), named)
		return bare.replaceAll(sid, `<sid:${index + 1}>`)
	}, text)
}

function sentCookie(play: Play, recorded: string): string {
	return recorded.replace(/<sid:(\d+)>(?:\.<(another )?sig>)?/g, (whole, number: string, another?: string) => {
		const sid = play.sids[Number(number) - 1] ?? 'an-id-that-was-never-given-out'
		if (!whole.includes('sig>')) return sid
		return `${sid}.${signature(SECRET_KEY, another === undefined ? sid : `${sid}!`)}`
	})
}

/** itsdangerous, as the vectors describe it. */
function signature(secret: string, sid: string): string {
	const key = createHmac('sha1', secret).update('flask-session').digest()
	return createHmac('sha1', key).update(sid).digest('base64url')
}

/** A client of a redis that is not there. */
function downClient({redis, t}: Play): Redis {
	const client = redis.duplicate({port: 1, lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null})
	client.on('error', () => {})
	t.teardown(() => client.disconnect())
	return client
}
