import {createHash} from 'node:crypto'

/** A name for a session in events and logs: a hash of its id, safe to log, from which nobody can get the id. */
export function hashSid(sid: string): string {
	return createHash('sha256').update(sid).digest('base64url').slice(0, 16)
}
