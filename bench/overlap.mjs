/**
 * `npm run bench:overlap`: what overlapping requests of one session do to it, here and in other libraries.
 *
 *     npm run bench:overlap                  prints the table
 *     npm run bench:overlap -- --write       also puts it into docs/concurrency.md
 *     npm run bench:overlap -- --pairs 100   fewer pairs
 *
 * Each library runs on a real HTTP server over a real redis, with the settings that its documentation recommends. That
 * two requests overlap is not left to luck: a handler waits at a gate until the other request has come as far as the
 * pair wants it.
 */
import {readFileSync} from 'node:fs'
import {parseArgs} from 'node:util'
import {ensureBuilt} from './support/build.mjs'
import {createGates} from './support/gates.mjs'
import {LIBRARIES} from './support/libraries.mjs'
import {writeBetweenMarkers} from './support/page.mjs'
import {removeKeys, startRedis} from './support/redis.mjs'
import {table} from './support/table.mjs'

/** How many pairs run at once; each has a session of its own. */
const AT_ONCE = 16

/** How many requests of one session add 1 to its counter at once. */
const BURST = 20

const {values} = parseArgs({options: {write: {type: 'boolean'}, pairs: {type: 'string', default: '1000'}}})
const pairs = Number(values.pairs)

ensureBuilt({fresh: true})
const {redis, stop} = await startRedis()
try {
	const text = await measureAll()
	console.log(`\n${text}`)
	if (values.write) writeBetweenMarkers('docs/concurrency.md', 'overlap', text)
} finally {
	await stop()
}

async function measureAll() {
	const rows = []
	for (const library of LIBRARIES) {
		process.stderr.write(`${library.name} ...\n`)
		const prefix = `bench-${process.pid}-${rows.length}:`
		const gates = createGates()
		const server = await library.start({redis, prefix, gates})
		try {
			const lost = await sum(index => countLostWrites(server, gates, index))
			await removeKeys(redis, prefix)
			const counted = await countBurst(server, gates)
			await removeKeys(redis, prefix)
			const answered = await sum(index => reviveByChange(server, gates, index))
			const stored = await countKeys(prefix)
			const counts = [lost, Math.max(answered, stored)].map(count => count.toLocaleString('en'))
			rows.push([library.name, versionOf(library.from), ...counts, `${counted} of ${BURST}`])
		} finally {
			await server.close()
			await removeKeys(redis, prefix)
		}
	}
	const count = pairs.toLocaleString('en')
	const head = [
		'',
		'version',
		`writes lost in ${count} pairs`,
		`sessions revived in ${count} pairs`,
		`counted of ${BURST} at once`,
	]
	const {redis_version: redisVersion} = Object.fromEntries(
		(await redis.info('server')).split('\r\n').map(line => line.split(':')),
	)
	return `${table(head, rows)}\n\nMeasured in one run, on Node ${process.version} and redis ${redisVersion}.`
}

/** Two requests of one session set a key each; both have read the session before either sets its key. */
async function countLostWrites(server, gates, index) {
	const cookie = await server.login(`u${index}`)
	const gate = `put-${index}`
	const both = [server.get(`/put?f=a&gate=${gate}`, cookie), server.get(`/put?f=b&gate=${gate}`, cookie)]
	await gates.arrivals(gate, 2)
	gates.open(gate)
	await Promise.all(both)
	const kept = await Promise.all(['a', 'b'].map(key => server.get(`/get?f=${key}`, cookie)))
	return kept.filter(value => value !== '1').length
}

/** Many requests of one session add 1 to its counter; all have read the session before the first one adds. */
async function countBurst(server, gates) {
	const cookie = await server.login('burst')
	const all = Array.from({length: BURST}, () => server.get('/count?gate=burst', cookie))
	await gates.arrivals('burst', BURST)
	gates.open('burst')
	await Promise.all(all)
	return server.get('/get?f=n', cookie)
}

/** A request reads the session; a logout begins and is answered; then the first one sets a key and ends. */
async function reviveByChange(server, gates, index) {
	const cookie = await server.login(`u${index}`)
	const gate = `slow-${index}`
	const slow = server.get(`/put?f=slow&gate=${gate}`, cookie)
	await gates.arrivals(gate, 1)
	await server.get('/logout', cookie)
	gates.open(gate)
	await slow
	const seen = await Promise.all(['uid', 'slow'].map(key => server.get(`/get?f=${key}`, cookie)))
	return seen.some(value => value !== 'none') ? 1 : 0
}

async function sum(pair) {
	let total = 0
	let next = 0
	const worker = async () => {
		while (next < pairs) {
			// in two steps: `total += await ...` would read the total before it waits
			const count = await pair(next++)
			total += count
		}
	}
	await Promise.all(Array.from({length: AT_ONCE}, worker))
	return total
}

async function countKeys(prefix) {
	const keys = new Set()
	for await (const batch of redis.scanStream({match: `${prefix}*`, count: 500})) for (const key of batch) keys.add(key)
	return keys.size
}

function versionOf(name) {
	const manifest = name === undefined ? '../package.json' : `../node_modules/${name}/package.json`
	return JSON.parse(readFileSync(new URL(manifest, import.meta.url), 'utf8')).version
}
