/**
 * Sessions in the memory of this process, for development and tests: they end with it.
 *
 * A map from the key to a copy of the bytes, the expiry and a counter that is the revision. Every method does its work
 * without waiting in between, so that nothing in the process can come between a comparison and the write.
 */

import type {SessionStore, StoreContext, StoreRecord} from './contract.js'
import type {StoreFactory} from './factory.js'
import {systemContext} from './support/context.js'

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
	/** How many sessions it holds at most. @default 10000 */
	readonly maxSessions?: number
	/** How often expired sessions are freed, in milliseconds. @default 60000 */
	readonly sweepIntervalMs?: number
}

interface Slot {
	payload: Buffer
	expiresAt: number
	revision: number
}

/** The store of `SESSION_TYPE: 'memory'`. */
export const createStore: StoreFactory = ({SESSION_MEMORY_MAX_SESSIONS: maxSessions}, context) =>
	memoryStore({maxSessions}, context)

/** A store in the memory of this process. Bytes are copied in and out. */
export function memoryStore(options: MemoryStoreOptions = {}, context: StoreContext = systemContext()): SessionStore {
	const {maxSessions = 10_000, sweepIntervalMs = 60_000} = options
	const slots = new Map<string, Slot>()
	let writes = 0
	const timer = setInterval(() => removeExpired(slots, context.now()), sweepIntervalMs)
	timer.unref()

	const live = (key: string) => {
		const slot = slots.get(key)
		return slot !== undefined && slot.expiresAt > context.now() ? slot : undefined
	}
	const put = (key: string, payload: Uint8Array, expiresAt: number) => {
		writes += 1
		slots.set(key, {payload: Buffer.from(payload), expiresAt, revision: writes})
		return {outcome: 'written', revision: writes} as const
	}

	return {
		capabilities: {atomicWrites: true, extendsOnRead: true, selfCleaning: true, scope: 'process', expirySlackMs: 0},

		async read(key, extend) {
			const slot = live(key)
			if (slot === undefined) return undefined
			const previousExpiresAt = slot.expiresAt
			const extended = extend !== undefined && slot.expiresAt < extend.ifBefore
			if (extended) slot.expiresAt = extend.to
			return {...copyOf(slot), extended, previousExpiresAt}
		},

		async create(key, {payload, expiresAt}) {
			if (live(key) !== undefined) return {outcome: 'conflict'}
			if (slots.size >= maxSessions && !slots.has(key)) makeRoom(slots, maxSessions, context)
			return put(key, payload, expiresAt)
		},

		async replace(key, {payload, expiresAt}, revision) {
			const slot = live(key)
			if (slot === undefined) return {outcome: 'gone'}
			if (revision !== undefined && revision !== slot.revision) return {outcome: 'conflict', current: copyOf(slot)}
			return put(key, payload, expiresAt)
		},

		async touch(key, expiresAt) {
			const slot = live(key)
			if (slot === undefined) return false
			slot.expiresAt = expiresAt
			return true
		},

		async delete(key, revision) {
			const slot = live(key)
			if (slot === undefined) return {outcome: 'gone'}
			if (revision !== undefined && revision !== slot.revision) return {outcome: 'conflict', current: copyOf(slot)}
			slots.delete(key)
			return {outcome: 'deleted'}
		},

		async *sweep({batch, signal}) {
			for (let removed = batch; removed === batch && !signal?.aborted; ) {
				removed = removeExpired(slots, context.now(), batch)
				yield removed
			}
		},

		async *list({prefix}) {
			for (const key of slots.keys()) if (key.startsWith(prefix) && live(key) !== undefined) yield key
		},

		async close() {
			clearInterval(timer)
		},
	}
}

function copyOf({payload, revision, expiresAt}: Slot): StoreRecord {
	return {payload: Buffer.from(payload), revision, expiresAt}
}

function removeExpired(slots: Map<string, Slot>, now: number, limit = Number.POSITIVE_INFINITY): number {
	let removed = 0
	for (const [key, {expiresAt}] of slots) {
		if (removed >= limit) break
		if (expiresAt > now) continue
		slots.delete(key)
		removed += 1
	}
	return removed
}

function makeRoom(slots: Map<string, Slot>, maxSessions: number, {now, warn}: StoreContext): void {
	removeExpired(slots, now())
	while (slots.size >= maxSessions && slots.size > 0) {
		const [first] = [...slots].reduce((a, b) => (b[1].expiresAt < a[1].expiresAt ? b : a))
		slots.delete(first)
		warn(
			`The memory store is full (SESSION_MEMORY_MAX_SESSIONS: ${maxSessions}): the sessions nearest to their expiry ` +
				'are dropped. Raise the bound, or choose a store that keeps them.',
			'KSS_MEMORY_FULL',
		)
	}
}
