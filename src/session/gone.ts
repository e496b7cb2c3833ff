import {SessionError} from '../errors.js'

/** What the caller of an operation is told when the session was destroyed meanwhile. */
export function goneError(): SessionError {
	return new SessionError(
		'ERR_SESSION_GONE',
		'The session was destroyed, or was given another id, by another request: nothing was stored.',
	)
}
