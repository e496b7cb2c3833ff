import {randomUUID} from 'node:crypto'
import pg from 'pg'
import {postgresqlStore} from '../../../src/stores/postgresql.js'
import {manualContext} from '../clock.js'
import {backendOf, type OpenRecords, type StoreHarness} from '../harness.js'
import {postgresqlServer} from '../servers/postgresql.js'
import {sharedUrl} from '../servers/shared.js'

interface Place {
	readonly url: string
	readonly table: string
}

export const harnesses: readonly StoreHarness[] = [
	{
		name: 'postgresql',
		atomicWrites: true,
		server: postgresqlServer,
		async start(owner) {
			const place: Place = {url: await sharedUrl(postgresqlServer), table: `sessions ${randomUUID()}`}
			owner.teardown(() => drop(place))
			return backendOf(owner, {file: 'postgresql', place}, open, manualContext())
		},
	},
]

export const open: OpenRecords = async ({url, table}: Place, context) => {
	const pool = new pg.Pool({connectionString: url, max: 2})
	const store = postgresqlStore({pool, table}, context)
	await store.open?.()
	return {store, release: () => pool.end()}
}

async function drop({url, table}: Place): Promise<void> {
	const client = new pg.Client(url)
	await client.connect()
	await client.query(`DROP TABLE "${table}"`)
	await client.end()
}
