/** What the errors of the file system say. */

import {setTimeout as sleep} from 'node:timers/promises'
import {isError} from '../../errors.js'

/** The code of a system error (`ENOENT`), or `undefined` for anything else. */
export function codeOf(error: unknown): string | undefined {
	return isError(error) && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** The result of an operation on a file, or `undefined` when there is no such file. */
export async function orUndefinedIfMissing<T>(operation: Promise<T>): Promise<T | undefined> {
	try {
		return await operation
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return undefined
		throw error
	}
}

/** Repeats an operation that Windows refuses while another process has the file open; elsewhere it runs once. */
export async function patiently<T>(operation: () => Promise<T>): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await operation()
		} catch (error) {
			const refused = ['EACCES', 'EBUSY', 'EPERM'].includes(codeOf(error) ?? '')
			if (process.platform !== 'win32' || !refused || attempt === 20) throw error
			await sleep(5 * attempt)
		}
	}
}
