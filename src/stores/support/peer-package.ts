/** Packages that are needed by one store only: imported when it is chosen, and named when they are missing. */

import {isError, SessionError} from '../../errors.js'

/**
 * Imports what needs the package `name`.
 *
 * @throws {SessionError} `ERR_SESSION_PACKAGE_MISSING` when that package is not installed
 */
export async function importPeer<T>(name: string, load: () => Promise<T>): Promise<T> {
	try {
		return await load()
	} catch (cause) {
		if (!isMissing(cause, name)) throw cause
		throw new SessionError(
			'ERR_SESSION_PACKAGE_MISSING',
			`This SESSION_TYPE needs the package '${name}', which is not installed. Run: npm install ${name}`,
			{cause},
		)
	}
}

function isMissing(error: unknown, name: string): boolean {
	if (!(isError(error) && 'code' in error)) return false
	const notFound = error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND'
	return notFound && error.message.includes(`'${name}'`)
}
