/**
 * Sessions in the memory of this process, for development and tests: they end with it.
 *
 * Maps from the key to a copy of the bytes, the expiry and a counter that is the revision. Every method does its work
 * without waiting in between, so that nothing in the process can come between a comparison and the write. What looks
 * at all sessions looks at some in each turn of the event loop.
 */

import {setImmediate as nextTurn} from 'node:timers/promises'
import type {SessionStore, StoreContext, StoreRecord} from './contract.js'
import type {StoreFactory} from './factory.js'
import {systemContext} from './support/context.js'
import {byEviction} from './support/eviction.js'
import {shardedMap} from './support/sharded-map.js'

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
	/** How many sessions it holds at most. @default 10000 */
	readonly maxSessions?: number
	/** How often expired sessions are freed, in milliseconds. @default 60000 */
	readonly sweepIntervalMs?: number
}

interface Slot {
	readonly payload: Buffer
	readonly revision: number
	expiresAt: number
	/** Whether anybody has come back to it since it was created. */
	used: boolean
}

/** How many sessions are looked at before others have their turn. */
const IN_ONE_TURN = 2000

/** Of so many sessions one is dropped, to make room for another. */
const CANDIDATES = 32

/** The store of `SESSION_TYPE: 'memory'`. */
export const createStore: StoreFactory = ({SESSION_MEMORY_MAX_SESSIONS: maxSessions}, context) =>
	memoryStore({maxSessions}, context)

/** A store in the memory of this process. Bytes are copied in and out. */
export function memoryStore(options: MemoryStoreOptions = {}, context: StoreContext = systemContext()): SessionStore {
	const {maxSessions = 10_000, sweepIntervalMs = 60_000} = options
	const slots = shardedMap<Slot>()
	let writes = 0

	const isLive = ({expiresAt}: Slot) => expiresAt > context.now()
	const live = (key: string) => {
		const slot = slots.get(key)
		return slot !== undefined && isLive(slot) ? slot : undefined
	}
	const put = (key: string, payload: Uint8Array, expiresAt: number, used: boolean) => {
		writes += 1
		slots.set(key, {payload: Buffer.from(payload), expiresAt, revision: writes, used})
		return {outcome: 'written', revision: writes} as const
	}

	async function* inTurns(): AsyncGenerator<readonly [key: string, slot: Slot]> {
		let looked = 0
		for (const entry of slots.entries()) {
			looked += 1
			if (looked % IN_ONE_TURN === 0) await nextTurn()
			yield entry
		}
	}

	function makeRoom(): void {
		const some = slots.next(CANDIDATES)
		for (const [key, slot] of some) if (!isLive(slot)) slots.delete(key)
		if (slots.size() < maxSessions) return
		const order = byEviction(context.now())
		const [first] = some.sort(([, a], [, b]) => order(a, b))
		if (first !== undefined) slots.delete(first[0])
		context.warn(
			`The memory store is full (SESSION_MEMORY_MAX_SESSIONS: ${maxSessions}): sessions are dropped before they expire. ` +
				'Raise the bound, or choose a store that keeps them.',
			'KSS_MEMORY_FULL',
		)
	}

	const store: SessionStore = {
		capabilities: {atomicWrites: true, extendsOnRead: true, selfCleaning: true, scope: 'process', expirySlackMs: 0},

		async read(key, extend) {
			const slot = live(key)
			if (slot === undefined) return undefined
			const previousExpiresAt = slot.expiresAt
			const extended = extend !== undefined && slot.expiresAt < extend.ifBefore
			if (extended) Object.assign(slot, {expiresAt: extend.to, used: true})
			return {...copyOf(slot), extended, previousExpiresAt}
		},

		async create(key, {payload, expiresAt}) {
			if (live(key) !== undefined) return {outcome: 'conflict'}
			if (slots.size() >= maxSessions && slots.get(key) === undefined) makeRoom()
			return put(key, payload, expiresAt, false)
		},

		async replace(key, {payload, expiresAt}, revision) {
			const slot = live(key)
			if (slot === undefined) return {outcome: 'gone'}
			if (revision !== undefined && revision !== slot.revision) return {outcome: 'conflict', current: copyOf(slot)}
			return put(key, payload, expiresAt, true)
		},

		async touch(key, expiresAt) {
			const slot = live(key)
			if (slot !== undefined) Object.assign(slot, {expiresAt, used: true})
			return slot !== undefined
		},

		async delete(key, revision) {
			const slot = live(key)
			if (slot === undefined) return {outcome: 'gone'}
			if (revision !== undefined && revision !== slot.revision) return {outcome: 'conflict', current: copyOf(slot)}
			slots.delete(key)
			return {outcome: 'deleted'}
		},

		async *sweep({batch, signal}) {
			let removed = 0
			for await (const [key, slot] of inTurns()) {
				if (signal?.aborted) break
				if (!isLive(slot) && slots.delete(key)) removed += 1
				if (removed < batch) continue
				yield removed
				removed = 0
			}
			yield removed
		},

		async *list({prefix, signal}) {
			for await (const [key, slot] of inTurns()) {
				if (signal?.aborted) return
				if (key.startsWith(prefix) && isLive(slot)) yield key
			}
		},

		async close() {
			clearInterval(timer)
			closing.abort()
		},
	}

	const closing = new AbortController()
	const timer = setInterval(() => freeExpired(store, closing.signal), sweepIntervalMs)
	timer.unref()
	return store
}

function copyOf({payload, revision, expiresAt}: Slot): StoreRecord {
	return {payload: Buffer.from(payload), revision, expiresAt}
}

async function freeExpired(store: SessionStore, signal: AbortSignal): Promise<void> {
	for await (const _ of store.sweep?.({batch: Number.POSITIVE_INFINITY, signal}) ?? []);
}
