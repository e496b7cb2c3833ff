import {randomBytes} from 'node:crypto'
import {configError} from '../errors.js'
import type {SentId} from '../session/state.js'
import type {Signer} from './signer.js'

/**
 * The form of an id that may reach a store: that of Flask-Session (all lengths), uuid4 and custom generators. It has
 * no character that means anything in a key, a file name, a query or a log.
 */
const SID = /^[A-Za-z0-9_-]{16,256}$/

/** What a `Cookie` header says: ids, nothing, or only values that no session of ours can have. */
export type Identify = (cookieHeader: string | undefined) => readonly SentId[] | 'rejected' | undefined

/** How many cookies of one name are looked at: a neighbouring host can send any number of them. */
const MAX_IDS = 4

/**
 * Reads the ids from a `Cookie` header: the valid values under `cookieName`, in their order; invalid ones are passed over.
 */
export function createIdentify(cookieName: string, signer: Signer | undefined): Identify {
	return header => {
		if (header === undefined) return undefined
		let rejected = false
		const sent: SentId[] = []
		for (const pair of header.split(';')) {
			const equals = pair.indexOf('=')
			if (equals === -1 || pair.slice(0, equals).trim() !== cookieName) continue
			const value = unquote(pair.slice(equals + 1).trim())
			if (value === '') continue
			const id = verify(value, signer)
			if (id === undefined) rejected = true
			else if (sent.every(({sid}) => sid !== id.sid) && sent.push(id) === MAX_IDS) break
		}
		if (sent.length > 0) return sent
		return rejected ? 'rejected' : undefined
	}
}

function verify(value: string, signer: Signer | undefined): SentId | undefined {
	if (signer === undefined) return SID.test(value) ? {sid: value, resign: false} : undefined
	const signed = signer.unsign(value)
	return signed && SID.test(signed.sid) ? {sid: signed.sid, resign: !signed.current} : undefined
}

/** A quoted cookie value as Python's `http.cookies` writes it: `\"` and `\ooo` stand for a character. */
function unquote(value: string): string {
	if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value
	return value.slice(1, -1).replace(/\\(?:([0-3][0-7]{2})|(.))/g, (_match, octal?: string, char?: string) => {
		return octal === undefined ? (char ?? '') : String.fromCharCode(Number.parseInt(octal, 8))
	})
}

/**
 * Makes new ids: `bytes` of randomness as base64url (`secrets.token_urlsafe` in Flask-Session), or what `custom` says.
 * @throws SessionError `ERR_SESSION_CONFIG` when a custom generator returns an id of another form
 */
export function createSidGenerator(bytes: number, custom: (() => string) | undefined): () => string {
	if (custom === undefined) return () => randomBytes(bytes).toString('base64url')
	return () => {
		const sid: unknown = custom()
		if (typeof sid === 'string' && SID.test(sid)) return sid
		const expected = 'a function that returns 16 to 256 characters of A-Z a-z 0-9 _ -'
		const received = typeof sid === 'string' ? `a string of ${sid.length} characters of another form` : typeof sid
		throw configError([{key: 'SESSION_ID_GENERATOR', expected, received}])
	}
}

/** Whether `value` has the form of a session id. */
export function isSessionId(value: unknown): value is string {
	return typeof value === 'string' && SID.test(value)
}
