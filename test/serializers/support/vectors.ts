/** The golden vectors, with values in JavaScript in the place of their tagged notation. */
import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {Extension} from '../../../src/serializers/msgpack-extensions.js'

/** What Flask-Session's serializer made of a payload in one format; long bytes are given by their hash. */
export interface Outcome {
	readonly len?: number
	readonly hex?: string
	readonly sha256?: string
	readonly decoded?: unknown
	readonly error?: string
}

/** One golden vector of the serializers. */
export interface SerializerVector {
	readonly name: string
	readonly payload: unknown
	readonly msgpack: Outcome
	readonly json: Outcome
}

/** Bytes that somebody else may have stored, and what Flask-Session makes of them. */
export interface DecodeVector {
	readonly name: string
	readonly configured_format: 'msgpack' | 'json'
	readonly hex: string
	readonly flask_session_decode: Outcome
	readonly usable_as_session?: unknown
}

/** A cookie of the signer. */
export interface SignerVector {
	readonly name?: string
	readonly secret_key_name?: string
	readonly sid_name?: string
	readonly secret_key: string
	readonly secret_key_hex?: string
	readonly sid: string
	readonly cookie: string
}

interface Vectors {
	readonly serializer: readonly SerializerVector[]
	readonly decode_only: readonly DecodeVector[]
	readonly signer: {
		readonly valid: readonly SignerVector[]
		readonly rejected: readonly SignerVector[]
		readonly accepted_although_not_canonical: readonly SignerVector[]
		readonly key_rotation: readonly {readonly secret_keys_oldest_first?: readonly string[]; readonly cookie?: string}[]
	}
	readonly sid: {readonly lengths: readonly {readonly SESSION_ID_LENGTH: number; readonly regex: string}[]}
}

/** All vectors of the fixture. */
export const vectors: Vectors = JSON.parse(
	readFileSync(new URL('../../fixtures/vectors.json', import.meta.url), 'utf8'),
)

/** Whether `bytes` are those of an outcome. */
export function isRecorded(bytes: Uint8Array, {hex, sha256, len}: Outcome): boolean {
	if (hex !== undefined) return Buffer.from(bytes).toString('hex') === hex
	return bytes.byteLength === len && createHash('sha256').update(bytes).digest('hex') === sha256
}

/** The value of a tagged notation. Keys become strings, and microseconds are cut: JavaScript has no others. */
export function untag(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(untag)
	if (typeof value !== 'object' || value === null) return value
	const [[tag, content] = ['', undefined]] = Object.entries(value)
	if (!tag.startsWith('$')) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, untag(item)]))
	if (tag === '$ext') return new Extension(Number(content), Buffer.from((value as {data: string}).data, 'hex'))
	const read = tags[tag]
	if (read === undefined) throw new Error(`the notation ${tag} has no value in JavaScript`)
	return read(content as never, value as {times?: number; as?: string})
}

const tags: Readonly<Record<string, (content: never, whole: {times?: number; as?: string}) => unknown>> = {
	$int: (digits: string) => BigInt(digits),
	$float: (notation: string) => Number(notation.replace('inf', 'Infinity')),
	$bytes: (hex: string) => Buffer.from(hex, 'hex'),
	$datetime: (iso: string) => new Date(iso),
	$tuple: (items: unknown[]) => items.map(untag),
	$map: (entries: [unknown, unknown][]) =>
		Object.fromEntries(entries.map(([key, item]) => [String(untag(key)), untag(item)])),
	$repeat: (content: unknown, {times = 0, as}) => {
		const item = untag(content)
		if (as === 'list') return Array(times).fill(item)
		return as === 'bytes' ? Buffer.concat(Array(times).fill(item)) : String(item).repeat(times)
	},
}
