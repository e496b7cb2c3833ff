/**
 * What differs between the databases. Times are text in UTC on the way in and out, so that no time zone of a process, a
 * server or a connection has a say.
 */

import {raw, type Sql, sql} from './sql.js'

/** The types of the columns in tables that the stores make. */
export interface ColumnTypes {
	/** Compares byte for byte. */
	readonly key: string
	/** Holds any session. */
	readonly data: string
	/** Has no time zone. */
	readonly time: string
	/** Numbers the rows. */
	readonly serial: string
	readonly integer: string
}

/** The table of a store. */
export interface SqlTable {
	readonly schema?: string | undefined
	readonly table: string
	/** The definition of each column, for a table that is to be made. */
	readonly columns: readonly string[]
	/** Whether the schema is made too. */
	readonly makesSchema?: boolean
	/** A sequence that is made too. */
	readonly sequence?: string | undefined
	/** What a new row gets beside key, data and expiry: columns, and expressions for their values. */
	readonly inserts?: Readonly<Record<string, string>>
}

/** One kind of database. */
export interface SqlDialect {
	readonly name: 'postgres' | 'sqlite' | 'mysql'
	/** Whether `INSERT .. ON CONFLICT` and `RETURNING` are there. */
	readonly returns: boolean
	/** Who can reach one database. */
	readonly scope: 'host' | 'network'
	/** What the column of the expiry counts in, in milliseconds. Times are rounded up to it. */
	readonly tickMs: number
	readonly types: ColumnTypes
	/** The expiry as text, as {@link timeOf} reads it. */
	readonly expiryText: Sql
	quote(identifier: string): string
	/** An expression whose text is compared byte for byte whatever the collation of its column. */
	bytes(expression: Sql): Sql
	/** The next number of a sequence. */
	next(sequence: string): string
	/** Makes a table with an index on its expiry; harmless where it is there, also in many processes at once. */
	create(table: SqlTable): readonly string[]
}

/** Earlier than any expiry. */
export const LONG_AGO = '1000-01-01 00:00:00.000000'

const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59)

/** A time as the column of the expiry holds it: `2026-12-21 10:51:48.204000`. */
export function textOfTime(time: number): string {
	const ms = Math.min(Math.ceil(time), LATEST)
	return `${new Date(ms).toISOString().slice(0, -1).replace('T', ' ')}000`
}

/** The time that such a text names, `undefined` for anything else. */
export function timeOf(text: unknown): number | undefined {
	const time = Date.parse(`${String(text).replace(' ', 'T')}Z`)
	return Number.isNaN(time) ? undefined : time
}

const doubleQuoted = (identifier: string) => `"${identifier.replaceAll('"', '""')}"`
const path = (quote: (name: string) => string, names: readonly (string | undefined)[]) =>
	names
		.filter(name => name !== undefined)
		.map(quote)
		.join('.')

/** The name of a table, with its schema. */
export function nameOf({schema, table}: SqlTable, {quote}: SqlDialect): Sql {
	return raw(path(quote, [schema, table]))
}

/** PostgreSQL. */
export const postgres: SqlDialect = {
	name: 'postgres',
	returns: true,
	scope: 'network',
	tickMs: 1,
	types: {
		key: 'VARCHAR(255) COLLATE "C"',
		data: 'BYTEA',
		time: 'TIMESTAMP WITHOUT TIME ZONE',
		serial: 'BIGSERIAL',
		integer: 'BIGINT',
	},
	// the text of a cast would depend on DateStyle
	expiryText: raw(`to_char(expiry, 'YYYY-MM-DD HH24:MI:SS.US')`),
	quote: doubleQuoted,
	bytes: expression => expression,
	next: sequence => `nextval(${literal(doubleQuoted(sequence))})`,
	create({schema = '', makesSchema = false, table, columns, sequence}) {
		const name = path(doubleQuoted, [schema || undefined, table])
		const missingSchema = makesSchema ? `to_regnamespace(${literal(doubleQuoted(schema))}) IS NULL` : 'FALSE'
		const createSequence = sequence === undefined ? '' : `CREATE SEQUENCE IF NOT EXISTS ${doubleQuoted(sequence)};`
		// under a lock, because IF NOT EXISTS fails when two sessions make the same thing at once
		const block = `BEGIN
			PERFORM pg_advisory_xact_lock(7310575189);
			IF ${missingSchema} THEN CREATE SCHEMA ${doubleQuoted(schema)}; END IF;
			IF to_regclass(${literal(name)}) IS NULL THEN
				${createSequence}
				CREATE TABLE ${name} (${columns.join(', ')});
				CREATE INDEX ON ${name} (expiry);
			END IF;
		END`
		return [`DO ${literal(block)}`]
	},
}

/** SQLite 3.35 or later. */
export const sqlite: SqlDialect = {
	name: 'sqlite',
	returns: true,
	scope: 'host',
	tickMs: 1,
	types: {key: 'VARCHAR(255)', data: 'BLOB', time: 'DATETIME', serial: 'INTEGER', integer: 'INTEGER'},
	// a column with its own name and type would be made a date by some clients
	expiryText: raw(`expiry || ''`),
	quote: doubleQuoted,
	bytes: expression => expression,
	next: () => 'NULL',
	create({schema, table, columns}) {
		const index = path(doubleQuoted, [schema, `${table}_expiry_idx`])
		return [
			`CREATE TABLE IF NOT EXISTS ${path(doubleQuoted, [schema, table])} (${columns.join(', ')})`,
			`CREATE INDEX IF NOT EXISTS ${index} ON ${doubleQuoted(table)} (expiry)`,
		]
	},
}

const backQuoted = (identifier: string) => `\`${identifier.replaceAll('`', '``')}\``

/** MySQL and MariaDB. Flask's column holds whole seconds; its collation is that of the server, often without case. */
export const mysql: SqlDialect = {
	name: 'mysql',
	returns: false,
	scope: 'network',
	tickMs: 1000,
	types: {
		key: 'VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin',
		data: 'LONGBLOB',
		time: 'DATETIME',
		serial: 'BIGINT AUTO_INCREMENT',
		integer: 'BIGINT',
	},
	expiryText: raw(`DATE_FORMAT(expiry, '%Y-%m-%d %H:%i:%s.%f')`),
	quote: backQuoted,
	bytes: expression => sql`CAST(${expression} AS BINARY)`,
	next: sequence => `NEXTVAL(${backQuoted(sequence)})`,
	create: ({schema, table, columns, sequence}) => [
		...(sequence === undefined ? [] : [`CREATE SEQUENCE IF NOT EXISTS ${backQuoted(sequence)}`]),
		`CREATE TABLE IF NOT EXISTS ${path(backQuoted, [schema, table])} (${[...columns, 'INDEX (expiry)'].join(', ')})`,
	],
}

function literal(text: string): string {
	return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}
