import {randomUUID} from 'node:crypto'
import test, {type ExecutionContext} from 'ava'
import pg from 'pg'
import type {SessionStore} from '../../src/stores/contract.js'
import {postgresqlStore} from '../../src/stores/postgresql.js'
import {entry, manualContext, realContext} from '../support/clock.js'
import {testOutages} from '../support/outages.js'
import {put, site} from '../support/served-site.js'
import {postgresqlServer} from '../support/servers/postgresql.js'
import {testWith} from '../support/servers/server.js'
import {sharedUrl} from '../support/servers/shared.js'
import {until} from '../support/until.js'

// no store may care for it
process.env.TZ = 'America/New_York'

const run = testWith(test, postgresqlServer, {group: 'postgresql: table, time zones, rights and limits'})

// what measures time runs alone
const runAlone = testWith(test.serial as typeof test, postgresqlServer, {group: 'postgresql: limits of time'})

const payload = Buffer.from('data')

/** A schema of its own, which goes with the test, and pools that connect to it. */
async function start(t: ExecutionContext) {
	const url = await sharedUrl(postgresqlServer)
	const schema = `test ${randomUUID()} "'$1\\`
	const quoted = `"${schema.replaceAll('"', '""')}"`
	const pool = (options: pg.PoolConfig = {}) => {
		const made = new pg.Pool({connectionString: url, max: 4, ...options})
		made.on('error', () => {})
		t.teardown(() => made.end())
		return made
	}
	const admin = new pg.Pool({connectionString: url, max: 4})
	t.teardown(async () => {
		await admin.query(`DROP SCHEMA IF EXISTS ${quoted} CASCADE`)
		await admin.end()
	})
	const table = `${quoted}."flask_sessions"`
	const rows = async (query: string, values: unknown[] = []) =>
		(await admin.query(query.replace('TABLE', table), values)).rows
	return {url, schema, quoted, table, pool, admin, rows}
}

async function opened(store: SessionStore): Promise<SessionStore> {
	await store.open?.()
	return store
}

run('makes the schema and the table of Flask-Session, with an index on the expiry', async t => {
	const {schema, pool, rows} = await start(t)
	await opened(postgresqlStore({pool: pool(), schema}))
	const columns = await rows(
		`SELECT column_name AS name, data_type AS type, character_maximum_length AS length, collation_name AS collation
		FROM information_schema.columns WHERE table_schema = $1 ORDER BY ordinal_position`,
		[schema],
	)
	t.deepEqual(columns, [
		{name: 'session_id', type: 'character varying', length: 255, collation: 'C'},
		{name: 'created', type: 'timestamp without time zone', length: null, collation: null},
		{name: 'data', type: 'bytea', length: null, collation: null},
		{name: 'expiry', type: 'timestamp without time zone', length: null, collation: null},
	])
	const indexes = await rows('SELECT indexname AS name FROM pg_indexes WHERE schemaname = $1 ORDER BY 1', [schema])
	t.deepEqual(
		indexes.map(({name}) => name),
		['flask_sessions_expiry_idx', 'flask_sessions_pkey'],
	)
})

run('stores the bytes of Flask-Session under the key that it uses', async t => {
	const {schema, pool, rows} = await start(t)
	const {visitor} = await site(t, {
		config: {SESSION_TYPE: 'postgresql', SESSION_POSTGRESQL: pool(), SESSION_POSTGRESQL_SCHEMA: schema},
		ownStore: true,
		routes: {'/set': ({session}) => put(session, {a: 1})},
	})
	const ada = visitor()
	t.is((await ada('/set')).status, 200)
	const [row] = await rows("SELECT session_id, encode(data, 'hex') AS data FROM TABLE")
	t.deepEqual(row, {session_id: `session:${ada.sid}`, data: '82aa5f7065726d616e656e74c3a16101'})
})

run('finds the table of Flask-Session as it is, and leaves it so', async t => {
	const {schema, quoted, table, admin, pool, rows} = await start(t)
	await admin.query(`CREATE SCHEMA ${quoted}; CREATE TABLE ${table} (session_id VARCHAR(255) NOT NULL PRIMARY KEY,
		created TIMESTAMP WITHOUT TIME ZONE DEFAULT (NOW() AT TIME ZONE 'utc'), data BYTEA, expiry TIMESTAMP WITHOUT TIME ZONE)`)
	await admin.query(
		`INSERT INTO ${table} VALUES ('session:theirs', now(), 'data', now() AT TIME ZONE 'utc' + '1 hour')`,
	)
	const store = await opened(postgresqlStore({pool: pool(), schema}))
	t.is(`${(await store.read('session:theirs'))?.payload}`, 'data')
	t.is((await store.create('session:ours', entry())).outcome, 'written')
	const indexes = await rows('SELECT indexname FROM pg_indexes WHERE schemaname = $1', [schema])
	t.is(indexes.length, 1)
})

run('writes and reads the expiry in UTC, whatever the time zone and the date style of a connection', async t => {
	const {schema, pool, rows} = await start(t)
	const expiresAt = Date.UTC(2030, 6, 1, 10, 20, 30, 456)
	const stores = await Promise.all(
		['-c TimeZone=UTC', '-c TimeZone=Asia/Kolkata -c DateStyle=SQL,DMY', '-c TimeZone=America/New_York'].map(options =>
			opened(postgresqlStore({pool: pool({options}), schema})),
		),
	)
	for (const [index, store] of stores.entries()) {
		const key = `key${index}`
		await store.create(key, {payload, expiresAt})
		const [row] = await rows('SELECT expiry::text FROM TABLE WHERE session_id = $1', [key])
		t.is(row.expiry, '2030-07-01 10:20:30.456')
		for (const reader of stores) t.is((await reader.read(key))?.expiresAt, expiresAt)
		const extension = {to: expiresAt + 1000, ifBefore: Number.POSITIVE_INFINITY}
		const extended = await store.read(key, extension)
		t.deepEqual([extended?.expiresAt, extended?.previousExpiresAt], [expiresAt + 1000, expiresAt])
	}
})

run('takes a row without an expiry for none: it is not read, is taken over, and is swept', async t => {
	const {schema, pool, admin, table} = await start(t)
	const store = await opened(postgresqlStore({pool: pool(), schema}))
	for (const key of ['a', 'b']) {
		await admin.query(`INSERT INTO ${table} (session_id, data) VALUES ($1, 'old')`, [key])
		t.is(await store.read(key), undefined)
		t.deepEqual(await store.replace(key, entry()), {outcome: 'gone'})
	}
	t.is((await store.create('a', entry())).outcome, 'written')
	t.deepEqual(await batches(store, 10), [1])
	t.is(`${(await store.read('a'))?.payload}`, 'data')
})

run('is set up by ten at once, and once more', async t => {
	const {schema, pool} = await start(t)
	const stores = Array.from({length: 10}, () => postgresqlStore({pool: pool({max: 1}), schema}))
	await Promise.all(stores.map(opened))
	await Promise.all(stores.map(opened))
	t.is((await stores[0]?.create('key', entry()))?.outcome, 'written')
})

run('needs no right but to read and write the table, once it is there', async t => {
	const {url, schema, quoted, table, admin, pool} = await start(t)
	await opened(postgresqlStore({pool: pool(), schema}))
	const role = `role_${randomUUID().replaceAll('-', '')}`
	await admin.query(`CREATE ROLE ${role} LOGIN; GRANT USAGE ON SCHEMA ${quoted} TO ${role};
		GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO ${role}`)
	t.teardown(() => admin.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`))
	const restricted = new URL(url)
	restricted.username = role
	const store = await opened(postgresqlStore({pool: pool({connectionString: restricted.href}), schema}))
	t.is((await store.create('key', entry())).outcome, 'written')
	t.truthy(await store.read('key', {to: Date.now() + 90_000, ifBefore: Number.POSITIVE_INFINITY}))
	t.deepEqual(await batches(store, 10), [])
	t.deepEqual(await store.delete('key'), {outcome: 'deleted'})
})

run('takes one statement for each operation', async t => {
	const {schema, pool} = await start(t)
	const inner = pool()
	const seen: string[] = []
	const counting = {
		query(config: {text: string}) {
			seen.push(config.text)
			return inner.query(config)
		},
	}
	const store = await opened(postgresqlStore({pool: counting, schema}))
	const once = async <T>(operation: () => Promise<T>): Promise<T> => {
		seen.length = 0
		const result = await operation()
		t.is(seen.length, 1, seen.join('\n'))
		return result
	}
	await once(() => store.create('key', entry()))
	await once(() => store.create('key', entry()))
	await once(() => store.read('key'))
	const due = await once(() => store.read('key', {to: Date.now() + 90_000, ifBefore: Number.POSITIVE_INFINITY}))
	t.true(due?.extended)
	const notDue = await once(() => store.read('key', {to: Date.now() + 90_000, ifBefore: Date.now()}))
	t.false(notDue?.extended)
	await once(() => store.replace('key', entry(), payload))
	await once(() => store.touch('key', Date.now() + 60_000))
	await once(() => store.delete('key', payload))
	await once(() => store.read('key'))
})

runAlone('gives up a statement after its time, and the connection with it', async t => {
	const {schema, pool, table} = await start(t)
	const given = pool()
	const store = await opened(postgresqlStore({pool: given, schema}, {...realContext(), timeoutMs: 1500}))
	await store.create('key', entry())
	const other = await pool().connect()
	await other.query('BEGIN')
	await other.query(`SELECT * FROM ${table} FOR UPDATE`)
	await t.throwsAsync(store.replace('key', entry('x')), {message: /timeout/})
	await until(() => given.totalCount === 0, 'the connection was kept')
	await other.query('ROLLBACK')
	other.release()
	t.is((await store.replace('key', entry('y'))).outcome, 'written')
})

runAlone('ends a statement in the server too, with a pool of its own', async t => {
	const {url, schema, pool, table, rows} = await start(t)
	const own = new URL(url)
	own.searchParams.set('application_name', schema.slice(0, 20))
	const store = await opened(postgresqlStore({url: own.href, schema}, {...realContext(), timeoutMs: 1500}))
	t.teardown(() => store.close())
	await store.create('key', entry())
	const other = await pool().connect()
	await other.query('BEGIN')
	await other.query(`SELECT * FROM ${table} FOR UPDATE`)
	await t.throwsAsync(store.replace('key', entry('x')))
	const waiting = "SELECT FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'"
	await until(async () => (await rows(waiting, [schema.slice(0, 20)])).length === 0, 'the statement still waits')
	await other.query('ROLLBACK')
	other.release()
	t.is(`${(await store.read('key'))?.payload}`, 'data')
})

run('marks an error after which the statement may be repeated, and says nothing of keys and data', async t => {
	const {schema, pool, table, admin} = await start(t)
	const options = '-c default_transaction_isolation=serializable'
	const store = await opened(postgresqlStore({pool: pool({options}), schema}))
	await store.create('key', entry())
	const other = await pool().connect()
	await other.query('BEGIN')
	await other.query(`UPDATE ${table} SET expiry = expiry + '1 hour'`)
	const waiting = store.replace('key', entry('secret'))
	const blocked = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1"
	await until(async () => (await admin.query(blocked, [`%${schema.slice(0, 20)}%`])).rowCount !== 0, 'it does not wait')
	await other.query('COMMIT')
	other.release()
	const refused = await t.throwsAsync(waiting)
	t.like(refused, {code: '40001', retryable: true})
	await admin.query(`ALTER TABLE ${table} ADD CONSTRAINT short CHECK (length(data) < 10)`)
	const failed = await t.throwsAsync(store.create('session:the-id', entry('secret secret')))
	t.is((failed as {code?: string}).code, '23514')
	t.notRegex(JSON.stringify({...failed, message: failed?.message, stack: failed?.stack}), /the-id|secret/)
	t.is((failed as {retryable?: boolean}).retryable, undefined)
})

run('sweeps without waiting for rows on which others are at work, also when two sweep at once', async t => {
	const {schema, pool, table} = await start(t)
	const clock = manualContext()
	const [one, two] = [
		await opened(postgresqlStore({pool: pool(), schema}, clock)),
		await opened(postgresqlStore({pool: pool(), schema}, clock)),
	]
	await Promise.all(
		Array.from({length: 50}, (_, index) => one.create(`key${index}`, {payload, expiresAt: clock.now() + 1})),
	)
	clock.advance(2)
	const other = await pool().connect()
	await other.query('BEGIN')
	await other.query(`SELECT * FROM ${table} WHERE session_id = 'key7' FOR UPDATE`)
	const removed = (await Promise.all([batches(one, 10), batches(two, 10)])).flat()
	t.is(
		removed.reduce((sum, count) => sum + count, 0),
		49,
	)
	await other.query('ROLLBACK')
	other.release()
	t.deepEqual(await batches(one, 10), [1])
})

run('makes a pool of its own from an address, and ends it; a pool that was given stays open', async t => {
	const {url, schema, pool, rows} = await start(t)
	const name = randomUUID()
	const own = new URL(url)
	own.searchParams.set('application_name', name)
	const connections = async () =>
		(await rows('SELECT FROM pg_stat_activity WHERE application_name = $1', [name])).length
	const store = await opened(postgresqlStore({url: own.href, schema}))
	t.is(await connections(), 1)
	await store.close()
	await until(async () => (await connections()) === 0, 'the pool was not ended')
	const given = pool()
	await (await opened(postgresqlStore({pool: given, schema}))).close()
	t.is((await given.query('SELECT 1 AS one')).rows[0]?.one, 1)
})

testOutages(test, {
	name: 'postgresql by a pool of its own',
	server: postgresqlServer,
	config: (_t, port) => ({
		SESSION_TYPE: 'postgresql',
		SESSION_POSTGRESQL: `postgres://postgres@127.0.0.1:${port}/postgres`,
	}),
})

testOutages(test, {
	name: 'postgresql by a given pool',
	server: postgresqlServer,
	config(t, port) {
		const pool = new pg.Pool({
			connectionString: `postgres://postgres@127.0.0.1:${port}/postgres`,
			connectionTimeoutMillis: 500,
		})
		pool.on('error', () => {})
		t.teardown(() => pool.end())
		return {SESSION_TYPE: 'postgresql', SESSION_POSTGRESQL: pool}
	},
})

async function batches(store: SessionStore, batch: number): Promise<number[]> {
	const counts: number[] = []
	for await (const count of store.sweep?.({batch}) ?? []) counts.push(count)
	return counts
}
