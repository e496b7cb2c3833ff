/** What the tests that run over every store know of one. */

import {randomUUID} from 'node:crypto'
import type {ExecutionContext} from 'ava'
import type {SessionStore, StoreContext} from '../../src/stores/contract.js'
import type {StoreUnderTest} from '../../src/testing/index.js'
import {type ManualContext, manualContext, realContext} from './clock.js'
import type {TestServer} from './servers/server.js'

/** Ends something when a test has ended, whether it has passed or not. */
export type Owner = Pick<ExecutionContext, 'teardown'>

/** What every file of harnesses/ exports: the stores of one session type. */
export interface HarnessFile {
	readonly harnesses: readonly StoreHarness[]
	/** Opens the records at a place, in whatever process; absent where only one process can reach them. */
	readonly open?: OpenRecords
}

/** A kind of store that the tests run over. */
export interface StoreHarness {
	readonly name: string
	/** As its capabilities say. */
	readonly atomicWrites: boolean
	/** Its records can be reached by one process only. */
	readonly inProcess?: boolean
	/** Another harness stands for this one, where it makes no difference by which client a store is reached. */
	readonly isVariant?: boolean
	/** How long its short-lived records have to live: longer than usual where calls are slow. @default 400 */
	readonly shortMs?: number
	/** The server that it needs. */
	readonly server?: TestServer
	/** Makes an empty place for records, which goes with its owner. */
	start(owner: Owner): Promise<Backend>
}

/** A place for records. */
export interface Backend {
	/** Opens one more handle on the records; it is closed with the place. */
	open(): Promise<StoreUnderTest>
	/** For another process; absent where only this one can reach the records. */
	readonly descriptor?: Descriptor
	/** Keys that no other run uses begin with this. */
	readonly keyPrefix: string
}

/** Tells another process where records are: plain data. */
export interface Descriptor {
	/** The file of harnesses/ that can open it, without `.ts`. */
	readonly file: string
	readonly place: unknown
}

// biome-ignore lint/suspicious/noExplicitAny: each file knows its own places
export type OpenRecords = (place: any, context: StoreContext) => Promise<Opened>

/** A handle on records. */
export interface Opened {
	readonly store: SessionStore
	/** Ends the client that belongs to it, after the store was closed. */
	readonly release?: () => Promise<unknown>
}

/**
 * A backend of records that any process can open. `clock` is theirs where a test can move it; without it they expire in
 * real time.
 */
export function backendOf(owner: Owner, descriptor: Descriptor, open: OpenRecords, clock?: ManualContext): Backend {
	const openOne = async () => {
		const {store, release} = await open(descriptor.place, clock ?? realContext())
		owner.teardown(async () => {
			await store.close()
			await release?.()
		})
		return store
	}
	const time = clock && {now: clock.now, advance: clock.advance}
	return {
		descriptor,
		keyPrefix: keyPrefix(),
		open: async () => ({store: await openOne(), another: openOne, ...time}),
	}
}

/** The harness of a store whose records no other process can reach. */
export function inProcess(
	name: string,
	atomicWrites: boolean,
	make: (context: StoreContext) => SessionStore,
): StoreHarness {
	const start = async (owner: Owner): Promise<Backend> => {
		const clock = manualContext()
		const store = make(clock)
		owner.teardown(() => store.close())
		return {keyPrefix: keyPrefix(), open: async () => ({store, now: clock.now, advance: clock.advance})}
	}
	return {name, atomicWrites, inProcess: true, start}
}

function keyPrefix(): string {
	return `test:${randomUUID()}:`
}
