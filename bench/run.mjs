/**
 * `npm run bench`: what a session costs, beside bare Koa, hand-written handlers and koa-session. See docs/performance.md.
 *
 *     npm run bench                 about two minutes
 *     npm run bench -- --quick      half a minute, less exact
 *     npm run bench -- read         only the lines whose name contains "read"
 *     npm run bench -- --write      also puts the tables into docs/performance.md
 *
 * The unit is the processor time of the server process per request. Everything is measured in one run, in short slices
 * that take turns, and compared only with the slices of the same turn; so a machine that is busy, or changes its
 * speed, changes both sides of a ratio.
 */
import {parseArgs} from 'node:util'
import {ensureBuilt} from './support/build.mjs'
import {startChild} from './support/child.mjs'
import {writeBetweenMarkers} from './support/page.mjs'
import {createPinning} from './support/pin.mjs'
import {removeKeys, startRedis} from './support/redis.mjs'
import {median, range, spreadOf, table} from './support/table.mjs'

const CONNECTIONS = 64
/** When the middle half of the slices of one line spreads wider, at the median of the lines, it shows the machine. */
const MOST_SPREAD = 1.1
const TOO_BUSY = 'this machine is too busy to measure on. With --write nothing is written.'

/** What is measured: a path of a contestant, with a session of its own on each connection or without a cookie. */
const LINES = [
	{name: 'bare Koa', contestant: 'koa', path: '/untouched', cookie: false},
	{name: 'untouched, no cookie', contestant: 'koa-server-session', path: '/untouched', cookie: false},
	{name: 'untouched, lazy', contestant: 'koa-server-session-lazy', path: '/untouched'},
	{name: 'untouched', contestant: 'koa-server-session', path: '/untouched'},
	{name: 'hand-written read', contestant: 'handwritten', path: '/read'},
	{name: 'hand-written read, same headers', contestant: 'handwritten', path: '/read-with-headers'},
	{name: 'read', contestant: 'koa-server-session', path: '/read'},
	{name: 'read, lazy', contestant: 'koa-server-session-lazy', path: '/read'},
	{name: 'koa-session read', contestant: 'koa-session', path: '/read'},
	{name: 'koa-session read, rolling', contestant: 'koa-session-rolling', path: '/read'},
	{name: 'hand-written write', contestant: 'handwritten', path: '/write'},
	{name: 'hand-written write, same headers', contestant: 'handwritten', path: '/write-with-headers'},
	{name: 'write', contestant: 'koa-server-session', path: '/write'},
	{name: 'koa-session write', contestant: 'koa-session', path: '/write'},
]

/** The ratios, with the most that the project allows itself. */
const RATIOS = [
	{of: 'untouched, no cookie', over: 'bare Koa', most: 1.03},
	{of: 'untouched, lazy', over: 'bare Koa'},
	{of: 'read', over: 'hand-written read', most: 1.1},
	{of: 'read', over: 'hand-written read, same headers'},
	{of: 'koa-session read', over: 'hand-written read'},
	{of: 'koa-session read, rolling', over: 'hand-written read'},
	{of: 'write', over: 'hand-written write', most: 1.15},
	{of: 'write', over: 'hand-written write, same headers'},
	{of: 'koa-session write', over: 'hand-written write'},
]

const {values, positionals} = parseArgs({
	allowPositionals: true,
	options: {quick: {type: 'boolean'}, rounds: {type: 'string'}, write: {type: 'boolean'}},
})
const chosen = LINES.filter(({name}) => positionals.length === 0 || positionals.some(word => name.includes(word)))
const rounds = Number(values.rounds ?? (values.quick ? 4 : 11))
const plan = values.quick ? {warmUp: 0.7, slice: 0.4} : {warmUp: 1.5, slice: 0.6}

ensureBuilt({fresh: true})
const prefix = `bench-${process.pid}:`
const pinning = createPinning()
const {url, redis, stop} = await startRedis(pinning.driving)
const children = []
try {
	const load = start('./load.mjs', {pinned: pinning.driving})
	const servers = await startServers(new Set(chosen.map(({contestant}) => contestant)))
	const lines = []
	for (const line of chosen) lines.push(await prepare(line, servers.get(line.contestant)))

	for (const line of lines) await measure(line, load, plan.warmUp)
	for (let round = 0; round < rounds; round++) {
		// there and back, so that no line always follows the same other one
		for (const line of round % 2 === 0 ? lines : lines.toReversed()) {
			line.results.push(await measure(line, load, plan.slice))
		}
		process.stderr.write(`\rround ${round + 1} of ${rounds} `)
	}
	process.stderr.write('\n')
	const text = report(lines)
	console.log(`\n${text}`)
	const spread = median(lines.map(({results}) => spreadOf(results.map(({cpu}) => cpu))))
	if (spread > MOST_SPREAD)
		console.error(
			`\nThe middle half of the slices of one line spreads by a factor of ${spread.toFixed(2)}: ${TOO_BUSY}`,
		)
	else if (values.write) writeBetweenMarkers('docs/performance.md', 'speed', text)
} finally {
	await Promise.all(children.map(child => child.stop()))
	await removeKeys(redis, prefix)
	await stop()
}

function start(file, options) {
	const child = startChild(file, options)
	children.push(child)
	return child
}

async function startServers(contestants) {
	const servers = new Map()
	for (const contestant of contestants) {
		const env = {CONTESTANT: contestant, REDIS_URL: url, PREFIX: `${prefix}${contestant}:`}
		const child = start('./contestant.mjs', {pinned: pinning.measured, env})
		const {address} = await child.answer()
		servers.set(contestant, {child, address})
	}
	return servers
}

/** Logs in once for each connection, and counts the round trips of one request. */
async function prepare({cookie = true, ...line}, {child, address}) {
	const cookies = []
	for (let i = 0; i < CONNECTIONS; i++) cookies.push(cookie ? await logIn(address) : '')
	const headers = cookie ? {cookie: cookies[0]} : {}
	const request = async () => {
		const response = await fetch(address + line.path, {headers})
		const text = await response.text()
		if (!response.ok) throw new Error(`${line.name}: ${response.status} ${text}`)
	}
	// the first one also makes redis know the scripts
	await request()
	const trips = await countCommands(request)
	return {...line, child, trips, cookies, port: Number(new URL(address).port), results: []}
}

async function logIn(address) {
	const response = await fetch(`${address}/login`)
	const [cookie] = response.headers.getSetCookie()
	if (!response.ok || cookie === undefined) throw new Error(`${address}/login: ${response.status} without a cookie`)
	return cookie.slice(0, cookie.indexOf(';'))
}

/** How many commands redis was sent; those that a script runs inside redis are not counted. */
async function countCommands(action) {
	const monitor = await redis.monitor()
	let count = 0
	let atEnd
	const end = new Promise(resolve => {
		atEnd = resolve
	})
	monitor.on('monitor', (_time, args, source) => {
		if (args[0] === 'echo') atEnd()
		else if (source !== 'lua') count += 1
	})
	await action()
	await redis.echo('end')
	await end
	monitor.disconnect()
	return count
}

async function measure({name, child, port, path, cookies}, load, seconds) {
	await load.ask({open: {port, path, cookies}})
	const before = await child.ask('usage')
	const {requests, failures, seconds: took} = await load.ask({run: seconds})
	const after = await child.ask('usage')
	await load.ask('close')
	if (failures > 0) throw new Error(`${name}: ${failures} of ${requests} requests failed`)
	return {cpu: (after.usage - before.usage) / requests, rate: requests / took}
}

function report(lines) {
	const byName = new Map(lines.map(line => [line.name, line]))
	const each = lines.map(({name, results, trips}) => {
		const cpu = results.map(result => result.cpu)
		const rate = Math.round(median(results.map(result => result.rate)))
		return [name, `${median(cpu).toFixed(1)} (${range(cpu, 1)})`, rate.toLocaleString('en'), `${trips}`]
	})
	const ratios = RATIOS.filter(({of, over}) => byName.has(of) && byName.has(over)).map(({of, over, most}) => {
		const base = byName.get(over).results
		const ratio = byName.get(of).results.map(({cpu}, round) => cpu / base[round].cpu)
		return [of, over, `${median(ratio).toFixed(2)} (${range(ratio, 2)})`, most === undefined ? '' : most.toFixed(2)]
	})
	return [
		`Node ${process.version}, ${CONNECTIONS} connections, a session of 1,024 bytes as JSON on each; ${rounds} rounds of`,
		`${plan.slice} s; ${pinning.description}. Medians, with the least and the most.\n`,
		table(['', 'µs of processor per request', 'requests/s', 'round trips'], each),
		...(ratios.length > 0 ? ['', table(['', 'over', 'processor time', 'at most'], ratios)] : []),
	].join('\n')
}
