/** What the errors of the databases say, without the statement, the key and the data that their clients put in. */

/** An error of a database that may be thrown on. */
export interface SqlFailure extends Error {
	/** SQLSTATE, or the name that the database has for it. */
	readonly code?: string
	readonly retryable?: true
}

interface DriverError {
	readonly message?: string
	/** mysql2 and mariadb: the message of the server alone. */
	readonly sqlMessage?: string | null
	readonly code?: unknown
	readonly errno?: number
	/** Sequelize: the error of the driver. */
	readonly original?: DriverError
}

const DUPLICATE = ['23505', 'ER_DUP_ENTRY']
const NO_TABLE = ['42P01', 'ER_NO_SUCH_TABLE']
/** The transaction was rolled back: nothing was changed. */
const REPEATABLE = ['40001', '40P01', 'ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD']

/** Whether a row with that key is there. */
export function isDuplicate({code = ''}: SqlFailure): boolean {
	return DUPLICATE.includes(code)
}

/** Whether the table is missing. */
export function isMissingTable({code = '', message}: SqlFailure): boolean {
	return NO_TABLE.includes(code) || /no such table/.test(message)
}

/** The error to throw on: message and code, and whether the same call may be made again. */
export function failureOf(error: unknown): SqlFailure {
	const cause = ((error as DriverError).original ?? error) as DriverError
	const failure: Error & {code?: string; retryable?: true} = new Error(withoutValues(cause))
	const {code} = cause
	if (typeof code === 'string') failure.code = code
	if (REPEATABLE.includes(failure.code ?? '') || /^SQLITE_(BUSY|LOCKED)/.test(failure.code ?? '')) {
		failure.retryable = true
	}
	return failure
}

/** The servers quote values in some messages: the key of a duplicate, the beginning of what is no number or time. */
function withoutValues({sqlMessage, message}: DriverError): string {
	return String(sqlMessage ?? message).replace(/: '.*'|'.*' for key|: ".*"/s, ': ..')
}
