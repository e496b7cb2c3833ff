/** What the cases of the conformance suite work with. */

import assert from 'node:assert/strict'
import {randomUUID} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import type {Extension, ReplaceResult, Revision, SessionStore, StoreEntry, StoreRecord} from '../../stores/contract.js'

/** A store that the suite may use, and what belongs to it. */
export interface StoreUnderTest {
	/** Opened. The suite closes it. */
	readonly store: SessionStore
	/** The clock of the store. @default Date.now */
	readonly now?: () => number
	/** Moves that clock. Without it the suite waits until the time has really passed. */
	readonly advance?: (ms: number) => void | Promise<void>
	/** Opens one more handle on the same records: another client, another connection. The suite closes it. */
	readonly another?: () => Promise<SessionStore>
	/** Makes one more store, not opened. The suite opens and closes it. */
	readonly make?: () => SessionStore | Promise<SessionStore>
	/** Called at the end of every case, after the store was closed. */
	readonly release?: () => Promise<void>
}

/** One rule of the contract. */
export interface Rule {
	readonly title: string
	/** Whether the rule concerns this store; without it, it concerns all. */
	readonly when?: (store: StoreUnderTest) => boolean
	readonly check: (bench: Bench) => Promise<void>
}

/** A store on the bench, with keys of its own and a clock. */
export interface Bench {
	readonly store: SessionStore
	/** The store, and a second handle on the same records where there is one. */
	readonly handles: readonly [SessionStore, SessionStore]
	/** The beginning of every key of this case. */
	readonly prefix: string
	/** Makes one more store, not opened; only where a rule asks for it by `when`. */
	make(): Promise<SessionStore>
	/** A key that nothing else uses. */
	key(name?: string): string
	/** The time `ms` from now. */
	in(ms: number): number
	/** An entry that lives for `lifetimeMs`. @default 60 s */
	entry(payload: string | Uint8Array, lifetimeMs?: number): StoreEntry
	/** A lifetime that is over soon, and long enough for a few calls. */
	readonly shortMs: number
	/** Lets a lifetime of `shortMs` that began before this call come to its end. */
	outliveShort(): Promise<void>
	/** Creates a record and gives its revision. */
	created(key: string, payload?: string, lifetimeMs?: number): Promise<Revision>
	/** The text of the live record. */
	textOf(key: string): Promise<string | undefined>
	/** Whether so much real time has passed that a short lifetime may have ended too early: the case says nothing. */
	wasTooSlow(): boolean
}

/** Puts a store on the bench; `other` is a second handle on its records, or the store itself. */
export function benchOf(
	{store, now = Date.now, advance, make}: StoreUnderTest,
	other: SessionStore,
	shortMs: number,
): Bench {
	const prefix = `conformance:${randomUUID()}:`
	let keys = 0
	// The span in which a short lifetime must not end, where time passes by itself.
	let shortSince: number | undefined
	let shortUntil: number | undefined
	const timeIn = (ms: number) => {
		if (ms === shortMs) shortSince ??= performance.now()
		return now() + ms
	}
	const bench: Bench = {
		store,
		shortMs,
		handles: [store, other],
		prefix,
		async make() {
			assert.ok(make, 'this rule needs a store that is not opened')
			return make()
		},
		key(name = '') {
			keys += 1
			return `${prefix}${keys}${name}`
		},
		in: timeIn,
		entry: (payload, lifetimeMs = 60_000) => ({
			payload: typeof payload === 'string' ? bytesOf(payload) : payload,
			expiresAt: timeIn(lifetimeMs),
		}),
		async outliveShort() {
			shortUntil ??= performance.now()
			if (advance !== undefined) await advance(shortMs + store.capabilities.expirySlackMs + 1)
			else await sleep(shortMs + store.capabilities.expirySlackMs + 20)
		},
		async created(key, payload = 'first', lifetimeMs = 60_000) {
			const result = await store.create(key, bench.entry(payload, lifetimeMs))
			assert.equal(result.outcome, 'written', 'create should store under a key that is free')
			return (result as {revision: Revision}).revision
		},
		async textOf(key) {
			const record = await store.read(key)
			return record && textOf(record)
		},
		wasTooSlow() {
			if (advance !== undefined || shortSince === undefined) return false
			return (shortUntil ?? performance.now()) - shortSince > shortMs * 0.8
		},
	}
	return bench
}

/** An extension that every read carries out. */
export function always(to: number): Extension {
	return {to, ifBefore: Number.POSITIVE_INFINITY}
}

/** An extension for a store that extends on reading; nothing for one that is never asked to. */
export function extension({capabilities}: SessionStore, to: number): Extension | undefined {
	return capabilities.extendsOnRead ? always(to) : undefined
}

/** UTF-8. */
export function bytesOf(text: string): Uint8Array {
	return new TextEncoder().encode(text)
}

/** UTF-8. */
export function textOf({payload}: StoreRecord): string {
	return new TextDecoder().decode(payload)
}

/** The live record, which has to be there. */
export async function recordAt(store: SessionStore, key: string): Promise<StoreRecord> {
	const record = await store.read(key)
	assert.ok(record, 'there should be a live record')
	return record
}

/** The revision of a write, which has to have been done. */
export function revisionOf(result: ReplaceResult): Revision {
	assert.equal(result.outcome, 'written')
	return (result as {revision: Revision}).revision
}
