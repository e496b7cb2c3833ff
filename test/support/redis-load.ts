/** An application under load while its redis is killed or hangs, and what its visitors find afterwards. */

import {setTimeout as sleep} from 'node:timers/promises'
import {setFlagsFromString} from 'node:v8'
import {runInNewContext} from 'node:vm'
import type {ExecutionContext} from 'ava'
import {Redis} from 'ioredis'
import type {SessionConfig} from '../../src/index.js'
import type {RunningServer} from './servers/server.js'
import {type Handler, openSite, type Site} from './site.js'
import {until} from './until.js'

/** Whose client the store works with. */
export type Whose = 'own client' | 'client with the settings of the docs'

export const WHOSE: readonly Whose[] = ['own client', 'client with the settings of the docs']

/** The sessions of an application in redis. */
export function configFor(t: ExecutionContext, whose: Whose, port: number, timeoutMs: number): SessionConfig {
	const url = `redis://127.0.0.1:${port}`
	const client = () => {
		const made = new Redis(url, {
			autoResendUnfulfilledCommands: false,
			maxRetriesPerRequest: 0,
			connectTimeout: timeoutMs,
			socketTimeout: timeoutMs,
			reconnectOnError: error => error.message.startsWith('READONLY'),
		})
		made.on('error', () => {})
		t.teardown(() => made.disconnect())
		return made
	}
	const SESSION_REDIS = whose === 'own client' ? url : client()
	return {SESSION_TYPE: 'redis', SESSION_REDIS, SESSION_STORE_TIMEOUT: timeoutMs / 1000}
}

/** A visitor who goes on adding tokens to a list in the session, each once. */
interface Visitor {
	readonly name: string
	/** The id in the cookie jar. */
	sid: string
	/** Tokens whose request was answered with 200. */
	readonly done: string[]
	/** Tokens whose request failed: whether they are there is unknown. */
	readonly failed: string[]
}

/** What {@link killsUnderLoad} does. */
export interface KillOptions {
	readonly whose: Whose
	readonly kills: number
	readonly visitors: number
}

/**
 * Kills redis again and again under requests that add to a list, and under logins, and starts it again with its data.
 * At the end every session is there, every token that was acknowledged is in it once, and every other at most once.
 */
export async function killsUnderLoad(t: ExecutionContext, server: RunningServer, options: KillOptions): Promise<void> {
	const site = openSite(undefined, configFor(t, options.whose, server.port, 2000))
	t.teardown(() => site.sessions.close())
	const names = Array.from({length: options.visitors}, (_, i) => `visitor ${i}`)
	const visitors = await Promise.all(names.map(name => begin(site, name)))
	let isOver = false
	const working = visitors.map(async visitor => {
		for (let i = 0; !isOver; i++) {
			await visit(site, visitor, `${visitor.name}.${i}`, i % 7 === 3)
			await sleep(Math.random() * 20)
		}
	})
	for (let kill = 0; kill < options.kills; kill++) {
		await sleep(100 + Math.random() * 200)
		await server.kill()
		await sleep(Math.random() * 200)
		await server.restart()
	}
	await sleep(300)
	isOver = true
	await Promise.all(working)
	for (const visitor of visitors) await check(t, site, visitor)
	const sum = (of: (visitor: Visitor) => number) => visitors.reduce((total, visitor) => total + of(visitor), 0)
	t.log(`${sum(({done}) => done.length)} requests answered, ${sum(({failed}) => failed.length)} refused`)
}

async function begin(site: Site, name: string): Promise<Visitor> {
	const sid = await site.begin({user: name, a: []})
	return {name, sid, done: [], failed: []}
}

async function visit(site: Site, visitor: Visitor, token: string, logsIn: boolean): Promise<void> {
	const handler: Handler = async ({session}) => {
		if (logsIn) await session.regenerate()
		await session.update('a', (tokens = []) => [...(tokens as string[]), token])
	}
	const {status, cookie} = await site.visit(handler, visitor.sid)
	if (typeof cookie === 'object') visitor.sid = cookie.sid
	if (status === 200) visitor.done.push(token)
	else visitor.failed.push(token)
}

async function check(t: ExecutionContext, site: Site, visitor: Visitor): Promise<void> {
	let found: {user?: string | undefined; tokens: string[]} = {tokens: []}
	const read: Handler = ({session}) => {
		found = {user: session.user, tokens: session.a as string[]}
	}
	const isServed = async () => (await site.visit(read, visitor.sid)).status === 200
	await until(isServed, 'the application did not recover')
	t.is(found.user, visitor.name, 'a session was lost')
	const count = (token: string) => found.tokens.filter(found => found === token).length
	t.deepEqual(
		visitor.done.filter(token => count(token) !== 1),
		[],
		'an acknowledged change was lost or done twice',
	)
	t.deepEqual(
		visitor.failed.filter(token => count(token) > 1),
		[],
		'a change was done twice',
	)
}

/** What {@link hangs} came to. */
export interface HangReport {
	/** By how much the heap has grown when all requests were answered and redis still hung, in MB. */
	readonly grownMb: number
	/** The slowest of the requests, in milliseconds. */
	readonly slowestMs: number
	/** How long after redis went on the first request was served, in milliseconds. */
	readonly servedAfterMs: number
}

/** Has redis hang, sends `requests` in crowds meanwhile, and lets it go on after at least `ms`. */
export async function hangs(
	t: ExecutionContext,
	server: RunningServer,
	{whose, requests, ms}: {readonly whose: Whose; readonly requests: number; readonly ms: number},
): Promise<HangReport> {
	const site = openSite(undefined, configFor(t, whose, server.port, 2000))
	t.teardown(() => site.sessions.close())
	const sid = await site.begin({user: 'ada', count: 0})
	const count: Handler = async ({session}) => {
		session.count = (session.count ?? 0) + 1
	}
	const before = heapMb()
	server.pause()
	t.teardown(() => server.resume())
	const since = performance.now()
	let slowestMs = 0
	for (let sent = 0; sent < requests; sent += CROWD) {
		const started = performance.now()
		const answers = await Promise.all(Array.from({length: CROWD}, () => site.visit(count, sid)))
		t.deepEqual([...new Set(answers.map(({status}) => status))], [503])
		slowestMs = Math.max(slowestMs, performance.now() - started)
		site.errors.length = 0
	}
	await sleep(Math.max(ms - (performance.now() - since), 0))
	const grownMb = heapMb() - before
	server.resume()
	const resumed = performance.now()
	await until(async () => (await site.visit(count, sid)).status === 200, 'the application did not recover')
	return {grownMb, slowestMs, servedAfterMs: performance.now() - resumed}
}

const CROWD = 1000

/** What is in use after a collection, in MB. */
function heapMb(): number {
	setFlagsFromString('--expose-gc')
	runInNewContext('gc')()
	return process.memoryUsage().heapUsed / 2 ** 20
}
