import type {Codec, Data} from '../serializers/codec.js'
import {FLASHES, type Flash, type FlashChanges, flashesOf, mergeFlashes, putFlashes} from './flash.js'

/** A key as it was before this request did anything with it. */
type Original = {readonly absent: true} | {readonly value: unknown} | {readonly print: Uint8Array}

const ABSENT: Original = {absent: true}

/**
 * Knows what one request changed, by top-level key.
 *
 * A set or delete notes what the key held; a read of an object notes its encoded bytes, because it may be changed in
 * place. At commit a key has changed when it then holds another value. Nothing is copied for a key that is not used.
 */
export class Changes {
	/** A write was asked for although nothing may have changed (`session.modified = true`). */
	forced = false
	/** Something was set, deleted or cleared, to whatever effect. */
	attempted = false
	#originals: Map<string, Original> | undefined
	#flashes: FlashChanges | undefined
	readonly #codec: Codec

	constructor(codec: Codec) {
		this.#codec = codec
	}

	/** To be called before `key` of `data` is set or deleted. */
	beforeWrite(data: Data, key: string): void {
		this.attempted = true
		if (this.#originals?.has(key)) return
		this.#originals ??= new Map()
		this.#originals.set(key, Object.hasOwn(data, key) ? {value: data[key]} : ABSENT)
	}

	/** To be called when an object is handed out. */
	onRead(key: string, value: object): void {
		if (this.#originals?.has(key)) return
		this.#originals ??= new Map()
		this.#originals.set(key, {print: this.#codec.fingerprint(key, value)})
	}

	/** Adds a message to those in `data`. */
	flash(data: Data, flash: Flash): void {
		this.attempted = true
		this.#flashes ??= {added: [], shown: []}
		this.#flashes.added.push(flash)
		putFlashes(data, [...flashesOf(data), flash])
	}

	/** The messages that this request has added. */
	flashed(): readonly Flash[] {
		return [...(this.#flashes?.added ?? [])]
	}

	/** Takes all messages out of `data`. */
	takeFlashes(data: Data): Flash[] {
		const all = flashesOf(data)
		if (all.length === 0) return all
		this.attempted = true
		this.#flashes ??= {added: [], shown: []}
		// what this request has added itself never was in the store, and stands at the end
		this.#flashes.shown.push(...all.slice(0, all.length - this.#flashes.added.length))
		this.#flashes.added.length = 0
		putFlashes(data, [])
		return all
	}

	/** Whether they may be made twice: a key holds the same value then, but a message would be there twice. */
	get areRepeatable(): boolean {
		return !this.#flashesChanged()
	}

	/** Whether a commit of `data` has anything to write. */
	any(data: Data): boolean {
		if (this.forced || this.#flashesChanged()) return true
		for (const [key, original] of this.#originals ?? []) {
			if (this.#differs(key, original, data)) return true
		}
		return false
	}

	/** Repeats on `theirs`, the data that another request has written meanwhile, what this request did to `ours`. */
	mergeInto(theirs: Data, ours: Data): Data {
		const merged = {...theirs}
		for (const [key, original] of this.#originals ?? []) {
			// the application may hold an object that nobody has changed, and change it later: it stays the same one
			if (!this.#differs(key, original, ours) && !this.#areEqual(key, ours, theirs)) continue
			if (Object.hasOwn(ours, key)) merged[key] = ours[key]
			else delete merged[key]
		}
		if (this.#flashesChanged()) mergeFlashes(merged, this.#flashes as FlashChanges)
		return merged
	}

	/** Whether `key` of `data` has changed. */
	has(data: Data, key: string): boolean {
		const original = this.#originals?.get(key)
		return original !== undefined && this.#differs(key, original, data)
	}

	/** The keys that were used. */
	keys(): string[] {
		return [...(this.#originals?.keys() ?? [])]
	}

	/** Goes on watching the objects under `keys`: the application may still hold them, and change them in place. */
	watch(data: Data, keys: readonly string[]): void {
		for (const key of keys) {
			const value = Object.hasOwn(data, key) ? data[key] : undefined
			if (!isPrimitive(value)) this.onRead(key, value as object)
		}
	}

	/** `key` was written apart from the rest. */
	forget(key: string): void {
		this.#originals?.delete(key)
	}

	/** What was changed stays changed, compared with `base` from now on. */
	rebase(base: Data): void {
		for (const key of this.#originals?.keys() ?? []) {
			const value = base[key]
			if (!Object.hasOwn(base, key)) this.#originals?.set(key, ABSENT)
			else if (isPrimitive(value)) this.#originals?.set(key, {value})
			else this.#originals?.set(key, {print: this.#codec.fingerprint(key, value)})
		}
	}

	/** Forgets everything: what is there now is what the store holds. */
	reset(): void {
		this.forced = false
		this.attempted = false
		this.#originals = undefined
		this.#flashes = undefined
	}

	#areEqual(key: string, one: Data, other: Data): boolean {
		if (!Object.hasOwn(one, key) || !Object.hasOwn(other, key)) return false
		const {fingerprint} = this.#codec
		return Buffer.compare(fingerprint(key, one[key]), fingerprint(key, other[key])) === 0
	}

	#flashesChanged(): boolean {
		return this.#flashes !== undefined && (this.#flashes.added.length > 0 || this.#flashes.shown.length > 0)
	}

	#differs(key: string, original: Original, data: Data): boolean {
		// messages are merged by message; the key as a whole counts only where it was set by hand
		if (key === FLASHES && this.#flashes !== undefined) return false
		if (!Object.hasOwn(data, key)) return !('absent' in original)
		if ('absent' in original) return true
		const value = data[key]
		if ('value' in original && (isPrimitive(original.value) || isPrimitive(value))) {
			// undefined is stored as nil, and reads back as null
			return !Object.is(original.value ?? null, value ?? null)
		}
		const before = 'print' in original ? original.print : this.#codec.fingerprint(key, original.value)
		return Buffer.compare(before, this.#codec.fingerprint(key, value)) !== 0
	}
}

function isPrimitive(value: unknown): boolean {
	return value === null || (typeof value !== 'object' && typeof value !== 'function')
}
