/**
 * A store in a table with the columns `session_id`, `data` and `expiry`, for the stores that differ in how they reach a
 * database.
 *
 * Each method is one statement; a second one follows only to tell why the first has changed nothing, and where there is
 * no RETURNING. The revision is the stored value. A record without an expiry or without a value is none, and its row is
 * taken over by the next `create`. The time is that of this process, as in Flask-Session.
 */

import type {FoundRecord, ReplaceResult, Revision, SessionStore, StoreContext, StoreEntry} from '../contract.js'
import type {StoreClient} from './client.js'
import {bytesOf, conflictWith} from './revision.js'
import type {Sql, SqlRow} from './sql.js'
import {type SqlDialect, type SqlTable, timeOf} from './sql-dialect.js'
import {failureOf, isDuplicate, isMissingTable, type SqlFailure} from './sql-error.js'
import {type SqlStatements, statementsOf} from './sql-statements.js'
import {sweepTable} from './sql-sweep.js'

/** A database, reached by some client. */
export interface SqlDatabase {
	readonly dialect: SqlDialect
	/** Runs a statement that gives rows. */
	rows(statement: Sql): Promise<readonly SqlRow[]>
	/** Runs a statement that gives none, and tells how many rows it has changed. */
	change(statement: Sql): Promise<number>
	/** Ends the client. */
	end(): Promise<unknown>
}

/** How a store keeps its records. */
export interface SqlStoreOptions {
	readonly database: StoreClient<SqlDatabase>
	/** The kind of database, where it is known before the database is. */
	readonly dialect?: SqlDialect
	/** The table in one kind of database. */
	table(dialect: SqlDialect): SqlTable
	/** Whether the table is made where it is missing. */
	readonly creates: boolean
}

const LIST_BATCH = 500

/** Makes the store. */
export function sqlStore(options: SqlStoreOptions, {now}: StoreContext): SessionStore {
	const {database, table, creates} = options
	let statements: SqlStatements | undefined
	let maxPayloadBytes: number | undefined
	const dialect = () => options.dialect ?? database.get().dialect
	const at = () => {
		statements ??= statementsOf(table(dialect()), dialect())
		return statements
	}
	const rows = (statement: Sql) => database.get().rows(statement).catch(fail)
	const change = (statement: Sql) => database.get().change(statement).catch(fail)
	const changed = async (statement: Sql) => (dialect().returns ? (await rows(statement)).length : change(statement))

	const find = async (key: string) => {
		const [row] = await rows(at().read(key, now()))
		return row && recordOf(row)
	}

	return {
		get capabilities() {
			const {returns, scope, tickMs} = dialect()
			return {
				atomicWrites: true,
				extendsOnRead: returns,
				selfCleaning: false,
				scope,
				expirySlackMs: tickMs === 1 ? 0 : tickMs,
				maxKeyBytes: 255,
				...(maxPayloadBytes !== undefined && {maxPayloadBytes}),
			}
		},

		async open() {
			await database.open()
			try {
				await rows(at().probe())
			} catch (error) {
				if (!creates || !isMissingTable(error as SqlFailure)) throw error
				for (const text of dialect().create(table(dialect()))) await change({texts: [text], values: []})
			}
			const size = at().size()
			if (size !== undefined) maxPayloadBytes = limitOf(await rows(size))
		},

		async read(key, extend) {
			if (extend === undefined) return find(key)
			if (dialect().name === 'postgres') {
				const [row] = await rows(at().readAndExtend(key, now(), extend))
				return row && recordOf(row, row.extended === true ? at().roundUp(extend.to) : undefined)
			}
			const {to, ifBefore} = extend
			if (ifBefore !== Number.POSITIVE_INFINITY) {
				const found = await find(key)
				if (found === undefined || (found.expiresAt ?? ifBefore) >= ifBefore) return found
			}
			const [row] = await rows(at().extend(key, now(), to))
			return row && recordOf(row, at().roundUp(to))
		},

		async create(key, entry) {
			const written = {outcome: 'written', revision: entry.payload} as const
			const statement = at().insert(key, entry, now())
			if (dialect().returns) return (await changed(statement)) > 0 ? written : {outcome: 'conflict'}
			try {
				await change(statement)
				return written
			} catch (error) {
				if (!isDuplicate(error as SqlFailure)) throw error
			}
			return (await changed(at().takeOver(key, entry, now()))) > 0 ? written : {outcome: 'conflict'}
		},

		async replace(key, entry, revision) {
			if ((await changed(at().replace(key, entry, now(), revision))) > 0) {
				return {outcome: 'written', revision: entry.payload}
			}
			return unwritten(await find(key), {...entry, expiresAt: at().roundUp(entry.expiresAt)}, revision)
		},

		async touch(key, expiresAt) {
			if ((await changed(at().touch(key, expiresAt, now()))) > 0) return true
			// MySQL and its clients may count only the rows that were not already so
			return (await find(key))?.expiresAt === at().roundUp(expiresAt)
		},

		async delete(key, revision) {
			if ((await changed(at().remove(key, now(), revision))) > 0) return {outcome: 'deleted'}
			const found = revision === undefined ? undefined : await find(key)
			return found === undefined ? {outcome: 'gone'} : conflictWith(found.payload, found.expiresAt)
		},

		sweep: ({batch, signal}) => sweepTable({statements: at(), dialect: dialect(), rows, changed}, now(), batch, signal),

		async *list({prefix, signal}) {
			let cursor = ''
			while (!signal?.aborted) {
				const found = (await rows(at().keys(prefix, cursor, now(), LIST_BATCH))).map(({id}) => String(id))
				yield* found
				if (found.length < LIST_BATCH) return
				cursor = found.at(-1) ?? ''
			}
		},

		close: () => database.close(),
	}
}

function recordOf({data, expires}: SqlRow, extendedTo?: number): FoundRecord {
	const payload = data as Uint8Array
	const foundAt = timeOf(expires)
	const record = {payload, revision: payload, extended: extendedTo !== undefined}
	if (extendedTo === undefined) return {...record, ...(foundAt !== undefined && {expiresAt: foundAt})}
	return {...record, expiresAt: extendedTo, ...(foundAt !== undefined && {previousExpiresAt: foundAt})}
}

/** Why a `replace` has changed nothing. */
function unwritten(found: FoundRecord | undefined, wanted: StoreEntry, revision: Revision | undefined): ReplaceResult {
	if (found === undefined) return {outcome: 'gone'}
	const {payload, expiresAt} = found
	const holds = (bytes: Uint8Array) => Buffer.compare(payload, bytes) === 0
	// MySQL and its clients may count only the rows that were not already so
	const wasSo = expiresAt === wanted.expiresAt && holds(wanted.payload)
	if (wasSo && (revision === undefined || holds(bytesOf(revision)))) {
		return {outcome: 'written', revision: wanted.payload}
	}
	// without a revision only absence keeps a record from being written: this one came after
	return revision === undefined ? {outcome: 'gone'} : conflictWith(payload, expiresAt)
}

/** The size of the column of the data, where it is less than a session may need. */
function limitOf([row]: readonly SqlRow[]): number | undefined {
	const size = Number(row?.size)
	return size < 2 ** 24 ? size : undefined
}

function fail(error: unknown): never {
	throw failureOf(error)
}
