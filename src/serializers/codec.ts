import {serialize} from 'node:v8'
import {isError, SessionError} from '../errors.js'
import type {Serializer} from './contract.js'
import {json} from './json.js'
import {msgpack} from './msgpack.js'
import {MalformedRecord} from './values.js'

/** A session's data as it stands in a record: the keys of Flask's session dict. */
export type Data = Record<string, unknown>

/** Bytes in and out for the core: one format is written, every known one is read. */
export interface Codec {
	/**
	 * The payload of `data`.
	 * @throws SessionError `ERR_SESSION_UNSUPPORTED_VALUE`
	 */
	encode(data: Data): Uint8Array

	/**
	 * The data of `payload`; `undefined` for a record that says "no session" (nil, as Flask-Session takes it).
	 * @throws SessionError `ERR_SESSION_CORRUPT_RECORD` when no serializer reads it, or it is no map
	 */
	decode(payload: Uint8Array): Data | undefined

	/**
	 * Bytes that are equal when the values of two moments are: how nested changes are found. Never throws, so that a
	 * request that only reads does not fail at what others have stored; what cannot be stored `encode` refuses.
	 */
	fingerprint(key: string, value: unknown): Uint8Array
}

/**
 * @param format what is written, when no `serializer` is given; records of the other format are read all the same
 * @param serializer a serializer of the application's own
 */
export function createCodec(format: 'msgpack' | 'json', serializer?: Serializer): Codec {
	const writer = serializer ?? (format === 'json' ? json : msgpack)
	// not by JSON: a record in MessagePack may hold a Date, which must stay readable until the next change
	const printer = serializer ?? msgpack

	return {
		encode: data => writer.encode(data),
		decode: payload => decode(payload, serializer),
		fingerprint: (key, value) => fingerprint(printer, {[key]: value}),
	}
}

function fingerprint(printer: Serializer, data: Data): Uint8Array {
	try {
		return printer.encode(data)
	} catch {
		return fingerprintOfAny(data)
	}
}

/** Of values that can be read and not written: lone surrogates and integers of any size in JSON, deep nesting. */
function fingerprintOfAny(data: Data): Uint8Array {
	try {
		return serialize(data)
	} catch {
		// a function or alike, which never was in a record: unlike everything that was
		return new Uint8Array()
	}
}

function decode(payload: Uint8Array, serializer: Serializer | undefined): Data | undefined {
	let cause: unknown
	for (const candidate of serializer ? [serializer, ...candidates(payload)] : candidates(payload)) {
		try {
			const value = candidate.decode(payload)
			if (value === null || value === undefined) return undefined
			if (typeof value === 'object' && !Array.isArray(value)) return value as Data
		} catch (error) {
			cause ??= withoutData(error)
		}
	}
	throw new SessionError(
		'ERR_SESSION_CORRUPT_RECORD',
		'The stored session cannot be read: expected a map in MessagePack or JSON. ' +
			'It is left as it is. SESSION_ON_CORRUPT: discard starts a new session in its place.',
		{cause},
	)
}

/** What may be told of `error`: that of a serializer of the application may quote the record. */
function withoutData(error: unknown): Error {
	if (error instanceof MalformedRecord) return error
	const name = isError(error) && /^\w{1,40}$/.test(error.name) ? error.name : 'Error'
	return new MalformedRecord(`the serializer threw an error (${name})`)
}

const MSGPACK_ONLY = [msgpack]
const JSON_ONLY = [json]
const NEITHER: readonly Serializer[] = []

/** The first byte tells the two formats apart: a map or nil in MessagePack, white space, `{` or `n` in JSON. */
function candidates(payload: Uint8Array): readonly Serializer[] {
	const first = payload[0] ?? 0
	if ((first >= 0x80 && first <= 0x8f) || first === 0xde || first === 0xdf || first === 0xc0) return MSGPACK_ONLY
	return first === 0x7b || first === 0x6e || first <= 0x20 ? JSON_ONLY : NEITHER
}
