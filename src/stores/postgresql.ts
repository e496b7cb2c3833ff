/**
 * Sessions in PostgreSQL (9.5 or later) through a pool of `pg`, in the table of Flask-Session's own PostgreSQL store:
 * `session_id` (the key), `created`, `data` (the payload) and `expiry`.
 *
 * `expiry` is UTC, where Flask-Session writes the local time of its connection: both agree when the TimeZone of Flask's
 * connections is UTC. Each method is one statement (`support/sql-statements.ts`), and PostgreSQL locks the row that a
 * statement writes, so the condition still holds when it is written.
 */

import type {Pool} from 'pg'
import type {ResolvedConfig} from '../generated/types.js'
import type {SessionStore, StoreContext} from './contract.js'
import type {StoreFactory} from './factory.js'
import {clientOf} from './support/client.js'
import {systemContext} from './support/context.js'
import {importPeer} from './support/peer-package.js'
import {type SqlRow, textOf} from './support/sql.js'
import {postgres} from './support/sql-dialect.js'
import {type SqlDatabase, sqlStore} from './support/sql-store.js'

/** A pool of `pg`, or what has its `query`. */
export type PostgresqlPool = Exclude<NonNullable<ResolvedConfig['SESSION_POSTGRESQL']>, string>

/** Options of {@link postgresqlStore}. */
export interface PostgresqlStoreOptions {
	/** A pool. It stays open when the store is closed. */
	readonly pool?: PostgresqlPool | undefined
	/** Where a pool of the store's own connects to. @default what PGHOST and the like say, or this host */
	readonly url?: string | undefined
	/** @default 'flask_sessions' */
	readonly table?: string | undefined
	/** @default 'public' */
	readonly schema?: string | undefined
}

/** The store of `SESSION_TYPE: 'postgresql'`. */
export const createStore: StoreFactory = (
	{SESSION_POSTGRESQL: given, SESSION_POSTGRESQL_TABLE: table, SESSION_POSTGRESQL_SCHEMA: schema},
	context,
) => postgresqlStore({...(typeof given === 'string' ? {url: given} : {pool: given}), table, schema}, context)

/**
 * A store in PostgreSQL.
 *
 * @throws {SessionError} `ERR_SESSION_PACKAGE_MISSING` from `open` when a pool of its own is needed and `pg` is not
 * installed
 */
export function postgresqlStore(
	{pool, url, table = 'flask_sessions', schema = 'public'}: PostgresqlStoreOptions = {},
	context: StoreContext = systemContext(),
): SessionStore {
	const database = clientOf<SqlDatabase>({
		given: pool && databaseOf(pool as unknown as Pool, context),
		make: async () => databaseOf(await connect(url, context), context),
		end: own => own.end(),
	})
	return sqlStore(
		{
			database,
			dialect: postgres,
			creates: true,
			table: ({types}) => ({
				schema,
				makesSchema: true,
				table,
				columns: [
					`session_id ${types.key} NOT NULL PRIMARY KEY`,
					`created ${types.time} DEFAULT (now() AT TIME ZONE 'utc')`,
					`data ${types.data}`,
					`expiry ${types.time}`,
				],
			}),
		},
		context,
	)
}

function databaseOf(pool: Pool, {timeoutMs}: StoreContext): SqlDatabase {
	const run = (text: string, values: readonly unknown[]) =>
		// the time limit of this query alone: after it the pool closes the connection instead of waiting
		pool.query<SqlRow>({text, values: [...values], query_timeout: timeoutMs} as {text: string})
	return {
		dialect: postgres,
		rows: async statement =>
			(
				await run(
					textOf(statement, number => `$${number}`),
					statement.values,
				)
			).rows,
		change: async statement =>
			(
				await run(
					textOf(statement, number => `$${number}`),
					statement.values,
				)
			).rowCount ?? 0,
		end: () => pool.end(),
	}
}

async function connect(url: string | undefined, {timeoutMs, warn}: StoreContext): Promise<Pool> {
	const {default: pg} = await importPeer('pg', () => import('pg'))
	const pool = new pg.Pool({
		...(url !== undefined && {connectionString: url}),
		connectionTimeoutMillis: timeoutMs,
		statement_timeout: timeoutMs,
	})
	// of a connection that nobody uses: without a listener it would end the process
	pool.on('error', error =>
		warn(
			`A connection to PostgreSQL failed (${error.message}); another one is made when needed.`,
			'KSS_POSTGRESQL_CONNECTION',
		),
	)
	return pool
}
