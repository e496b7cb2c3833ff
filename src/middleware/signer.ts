import {createHmac, timingSafeEqual} from 'node:crypto'

/** A secret of the signer: a text (as UTF-8) or bytes. */
export type SecretKey = string | Uint8Array

/** Signs session ids as Flask-Session does, so that both sides accept each other's cookies. */
export interface Signer {
	/** `<sid>.<signature>`, signed with the first key. */
	sign(sid: string): string

	/** The id in a signed value and whether the first key signed it; `undefined` when no key did. */
	unsign(value: string): {readonly sid: string; readonly current: boolean} | undefined
}

/**
 * `itsdangerous.Signer(key, salt='flask-session', key_derivation='hmac')`: HMAC-SHA1 under a key derived by HMAC-SHA1,
 * as base64url without padding after the last dot. Only that spelling of a signature is accepted.
 *
 * @param keys the first one signs, all of them verify
 */
export function createSigner(keys: readonly SecretKey[]): Signer {
	const derived = keys.map(key => createHmac('sha1', key).update('flask-session').digest())
	const signature = (key: Buffer, sid: string) => createHmac('sha1', key).update(sid).digest('base64url')
	const [first] = derived
	if (first === undefined) throw new TypeError('createSigner needs at least one key')

	return {
		sign: sid => `${sid}.${signature(first, sid)}`,
		unsign: value => {
			const dot = value.lastIndexOf('.')
			if (dot === -1) return undefined
			const sid = value.slice(0, dot)
			const given = Buffer.from(value.slice(dot + 1))
			for (const key of derived) {
				const expected = Buffer.from(signature(key, sid))
				if (given.length === expected.length && timingSafeEqual(given, expected)) return {sid, current: key === first}
			}
			return undefined
		},
	}
}
