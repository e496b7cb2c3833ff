/** Clean-up of a table, in batches along the index on the expiry. */

import type {Sql, SqlRow} from './sql.js'
import {LONG_AGO, type SqlDialect, textOfTime} from './sql-dialect.js'
import type {SqlStatements} from './sql-statements.js'

/** What a clean-up works with. */
export interface SweepOptions {
	readonly dialect: SqlDialect
	readonly statements: SqlStatements
	rows(statement: Sql): Promise<readonly SqlRow[]>
	/** Runs a write, and tells how many rows it has changed. */
	changed(statement: Sql): Promise<number>
}

interface Step {
	readonly removed: number
	/** How many were looked at; fewer than a batch, and the table has no more. */
	readonly seen: number
	/** The expiry that the next step begins with. */
	readonly last: string
}

/**
 * Removes the rows whose record has ended at `now`: those without an expiry, then the others from the oldest on, each
 * batch where the one before it has ended. Other processes may do the same at the same time.
 */
export async function* sweepTable(
	options: SweepOptions,
	now: number,
	batch: number,
	signal?: AbortSignal,
): AsyncGenerator<number> {
	const until = textOfTime(now)
	for (const start of [undefined, LONG_AGO]) {
		let since: string | undefined = start
		for (let isLast = false; !isLast && !signal?.aborted; ) {
			const {removed, seen, last}: Step = await sweepOnce(options, since, until, batch)
			if (removed > 0) yield removed
			isLast = seen < batch
			if (since !== undefined) since = last
		}
	}
}

async function sweepOnce(
	{dialect, statements, rows, changed}: SweepOptions,
	since: string | undefined,
	until: string,
	batch: number,
): Promise<Step> {
	if (dialect.name === 'postgres') {
		const [row] = await rows(statements.sweep(since, until, batch))
		const removed = Number(row?.removed)
		return {removed, seen: removed, last: String(row?.expires ?? since)}
	}
	const found = await rows(statements.ended(since, until, batch))
	const keys = found.map(({id}) => String(id))
	const removed = keys.length === 0 ? 0 : await changed(statements.removeEnded(keys, until))
	return {removed, seen: found.length, last: String(found.at(-1)?.expires ?? since)}
}
