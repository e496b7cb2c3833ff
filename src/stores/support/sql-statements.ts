/**
 * The statements over a table with the columns `session_id`, `data` and `expiry`.
 *
 * The condition of a write stands in the statement that writes, so the database carries out both as one step. Where it
 * knows RETURNING, a write returns a row for each that it has changed.
 */

import type {Extension, Revision, StoreEntry} from '../contract.js'
import {asBuffer} from './bytes.js'
import {bytesOf} from './revision.js'
import {list, raw, type Sql, sql} from './sql.js'
import {nameOf, type SqlDialect, type SqlTable, textOfTime} from './sql-dialect.js'

/** The statements of one store. `now` is a time in milliseconds since the epoch. */
export type SqlStatements = ReturnType<typeof statementsOf>

/** Makes the statements for one table. */
export function statementsOf(layout: SqlTable, dialect: SqlDialect) {
	const {bytes, expiryText, quote, returns, tickMs} = dialect
	const table = nameOf(layout, dialect)
	const RETURNING = raw(returns ? ' RETURNING 1 AS changed' : '')
	const [columns, expressions] = [Object.keys(layout.inserts ?? {}), Object.values(layout.inserts ?? {})]
	const others = raw(columns.map(column => `${quote(column)}, `).join(''))
	const theirValues = raw(expressions.map(expression => `${expression}, `).join(''))

	const deadline = (expiresAt: number) => textOfTime(roundUp(expiresAt))
	const roundUp = (expiresAt: number) => Math.ceil(expiresAt / tickMs) * tickMs
	const isLive = (now: number) => sql`expiry > ${textOfTime(now)} AND length(data) > 0`
	// a collation may take other keys for this one, but only it makes use of the index
	const isAt = (key: string) =>
		returns ? sql`session_id = ${key}` : sql`session_id = ${key} AND ${bytes(raw('session_id'))} = ${key}`
	const isLiveAt = (key: string, now: number) => sql`${isAt(key)} AND ${isLive(now)}`
	const unchanged = (revision: Revision | undefined) =>
		revision === undefined ? raw('') : sql` AND data = ${bytesOf(revision)}`
	const contents = ({payload, expiresAt}: StoreEntry) =>
		sql`data = ${asBuffer(payload)}, expiry = ${deadline(expiresAt)}`

	return {
		/** The expiry that a record gets for the one that is asked for. */
		roundUp,

		/** Fails where the table or one of its columns is missing. */
		probe: (): Sql => sql`SELECT session_id, data, expiry FROM ${table} WHERE 1 = 0`,

		/** MySQL: how many bytes its column of the data takes. Without strict mode it cuts off what is more. */
		size: (): Sql | undefined =>
			dialect.name === 'mysql'
				? sql`SELECT CHARACTER_OCTET_LENGTH AS size FROM information_schema.columns WHERE column_name = 'data'
					AND table_name = ${layout.table} AND table_schema = ${layout.schema ?? raw('DATABASE()')}`
				: undefined,

		read: (key: string, now: number): Sql =>
			sql`SELECT data, ${expiryText} AS expires FROM ${table} WHERE ${isLiveAt(key, now)}`,

		/**
		 * PostgreSQL: reads and extends where that is due. An update that had to wait for another one sees what that
		 * has written, which the snapshot of the SELECT does not.
		 */
		readAndExtend: (key: string, now: number, {to, ifBefore}: Extension): Sql => sql`
			WITH found AS (SELECT data, ${expiryText} AS expires FROM ${table} WHERE ${isLiveAt(key, now)}),
			extended AS (
				UPDATE ${table} SET expiry = ${deadline(to)}
				WHERE ${isLiveAt(key, now)} AND expiry < ${textOfTime(ifBefore)} RETURNING data)
			SELECT COALESCE(extended.data, found.data) AS data, found.expires, extended.data IS NOT NULL AS extended
			FROM found LEFT JOIN extended ON TRUE`,

		/** SQLite: extends, and returns the data. */
		extend: (key: string, now: number, to: number): Sql =>
			sql`UPDATE ${table} SET expiry = ${deadline(to)} WHERE ${isLiveAt(key, now)} RETURNING data`,

		/** Where RETURNING is known, it also takes over the row of a record that has ended; elsewhere it may fail. */
		insert(key: string, {payload, expiresAt}: StoreEntry, now: number): Sql {
			const row = sql`${theirValues}${key}, ${asBuffer(payload)}, ${deadline(expiresAt)}`
			const insert = sql`INSERT INTO ${table} AS old (${others}session_id, data, expiry) VALUES (${row})`
			if (!returns) return sql`INSERT INTO ${table} (${others}session_id, data, expiry) VALUES (${row})`
			return sql`${insert} ON CONFLICT (session_id) DO UPDATE SET data = excluded.data, expiry = excluded.expiry
				WHERE (old.expiry > ${textOfTime(now)} AND length(old.data) > 0) IS NOT TRUE${RETURNING}`
		},

		/** Takes over the row of a record that has ended. */
		takeOver: (key: string, entry: StoreEntry, now: number): Sql =>
			sql`UPDATE ${table} SET ${contents(entry)} WHERE ${isAt(key)} AND (${isLive(now)}) IS NOT TRUE`,

		replace: (key: string, entry: StoreEntry, now: number, revision: Revision | undefined): Sql =>
			sql`UPDATE ${table} SET ${contents(entry)} WHERE ${isLiveAt(key, now)}${unchanged(revision)}${RETURNING}`,

		touch: (key: string, expiresAt: number, now: number): Sql =>
			sql`UPDATE ${table} SET expiry = ${deadline(expiresAt)} WHERE ${isLiveAt(key, now)}${RETURNING}`,

		remove: (key: string, now: number, revision: Revision | undefined): Sql =>
			sql`DELETE FROM ${table} WHERE ${isLiveAt(key, now)}${unchanged(revision)}${RETURNING}`,

		/** Live keys after `cursor`, in order. */
		keys(prefix: string, cursor: string, now: number, limit: number): Sql {
			const start = bytes(raw(`substr(session_id, 1, ${prefix.length})`))
			return sql`SELECT session_id AS id FROM ${table}
				WHERE session_id > ${cursor} AND ${start} = ${prefix} AND ${isLive(now)}
				ORDER BY session_id LIMIT ${raw(`${limit}`)}`
		},

		/** Keys of records that ended between `since` and `until`, the oldest first; of those without an expiry. */
		ended: (since: string | undefined, until: string, limit: number): Sql =>
			sql`SELECT session_id AS id, ${expiryText} AS expires FROM ${table}
				WHERE ${endedSince(since, until)} ORDER BY expiry LIMIT ${raw(`${limit}`)}`,

		/** Removes those of the keys whose record has ended. */
		removeEnded: (keys: readonly string[], until: string): Sql =>
			sql`DELETE FROM ${table} WHERE session_id IN (${list(keys)}) AND (expiry IS NULL OR expiry <= ${until})${RETURNING}`,

		/** PostgreSQL: both in one step, but for the rows on which others are at work. */
		sweep: (since: string | undefined, until: string, limit: number): Sql => sql`
			WITH removed AS (
				DELETE FROM ${table} WHERE session_id = ANY(ARRAY(
					SELECT session_id FROM ${table} WHERE ${endedSince(since, until)}
					ORDER BY expiry LIMIT ${raw(`${limit}`)} FOR UPDATE SKIP LOCKED))
				RETURNING expiry)
			SELECT count(*)::int AS removed, max(${expiryText}) AS expires FROM removed`,
	}
}

function endedSince(since: string | undefined, until: string): Sql {
	return since === undefined ? sql`expiry IS NULL` : sql`expiry >= ${since} AND expiry <= ${until}`
}
