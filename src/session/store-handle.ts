import {setTimeout as sleep} from 'node:timers/promises'
import {SessionError} from '../errors.js'
import type {
	CreateResult,
	DeleteResult,
	Extension,
	FoundRecord,
	ReplaceResult,
	Revision,
	SessionStore,
	StoreCapabilities,
	StoreEntry,
	StoreRecord,
} from '../stores/contract.js'
import {createStoreCaller, type StoreCallerOptions} from './store-caller.js'

/**
 * A result after a reply was lost: an attempt before may have been carried out. `unsure` says what had failed, to be
 * thrown by whom that concerns.
 */
export type Unsure<R> = R & {readonly unsure?: SessionError}

/**
 * The store as the core uses it: opened when first needed, what a request calls under a deadline, every failure typed.
 * After a failure that the store calls retryable a call is made again; only a `replace` without a revision is not.
 */
export interface StoreHandle extends Pick<SessionStore, 'touch' | 'close'> {
	/** As {@link SessionStore.read}; a store that does not extend on reading is sent a `touch`. */
	read(key: string, extend?: Extension): Promise<FoundRecord | undefined>
	/** As {@link SessionStore.create}. What stands there with the same payload after a lost reply was written by it. */
	create(key: string, entry: StoreEntry): Promise<CreateResult>
	/** As {@link SessionStore.replace}; `before`: an attempt of the caller's own that has failed. */
	replace(key: string, entry: StoreEntry, revision?: Revision, before?: SessionError): Promise<Unsure<ReplaceResult>>
	/** As {@link SessionStore.delete}; `before` as for `replace`. */
	delete(key: string, revision?: Revision, before?: SessionError): Promise<Unsure<DeleteResult>>
	/**
	 * Deletes what a failed `create` may have left under a key that nobody will ask for, in the background.
	 * @param payload only a record that holds this
	 */
	forget(key: string, payload?: Uint8Array): void
	/** Opens the store, or waits until it is open. A failed attempt is repeated by the next call. */
	ready(): Promise<void>
	/** Removes expired records; 0 for a store that has nothing to sweep (redis, a Keyv). Has no deadline, but a signal. */
	sweep(signal?: AbortSignal): Promise<number>
	/** What the store declares; `undefined` until it is open. */
	capabilities(): StoreCapabilities | undefined
}

/** What a store handle needs. */
export interface StoreHandleOptions extends StoreCallerOptions {
	/** The largest payload in bytes that is stored, whatever the store can hold. */
	readonly maxPayloadBytes: number
}

const SWEEP_BATCH = 1000

/** When the deletion of what a failed create may have left is tried, in milliseconds after each other: it has failed. */
const FORGET_AFTER_MS = [100, 1000, 5000, 30_000]

/** @throws SessionError from each method: `ERR_SESSION_STORE`, `ERR_SESSION_STORE_TIMEOUT`, `ERR_SESSION_CLOSED` */
export function createStoreHandle(options: StoreHandleOptions): StoreHandle {
	const caller = createStoreCaller(options)
	const {call, closing} = caller

	const handle: StoreHandle = {
		ready: () => call('open', async () => {}),
		capabilities: () => caller.opened()?.capabilities,
		read: (key, extend) =>
			call('read', store => {
				if (!fits(store, key)) return Promise.resolve(undefined)
				if (extend === undefined || store.capabilities.extendsOnRead) return store.read(key, extend)
				return readThenTouch(store, key, extend)
			}),
		create: (key, entry) =>
			call('create', async (store, before) => {
				const result = await store.create(key, within(store, entry, options))
				return before && result.outcome === 'conflict' ? ownOr(result, await store.read(key), entry) : result
			}),
		replace: (key, entry, revision, earlier) =>
			call(
				'replace',
				async (store, before = earlier) => {
					const result = await store.replace(key, within(store, entry, options), revision)
					if (before === undefined || result.outcome === 'written') return result
					const current = result.outcome === 'conflict' ? (result.current ?? (await store.read(key))) : undefined
					return {...ownOr(result, current, entry), unsure: before}
				},
				revision !== undefined,
			),
		touch: (key, expiresAt) => call('touch', store => store.touch(key, expiresAt)),
		delete: (key, revision, earlier) =>
			call('delete', async (store, before = earlier): Promise<Unsure<DeleteResult>> => {
				const result = await store.delete(key, revision)
				return before ? {...result, unsure: before} : result
			}),
		forget: async (key, payload) => {
			for (const ms of FORGET_AFTER_MS) {
				await sleep(ms, undefined, {ref: false})
				if (closing.aborted) return
				try {
					return await remove(handle, key, payload)
				} catch {}
			}
		},
		sweep: async signal => {
			const store = await caller.whenOpen()
			const signals = signal === undefined ? closing : AbortSignal.any([signal, closing])
			let total = 0
			for await (const removed of store.sweep?.({batch: SWEEP_BATCH, signal: signals}) ?? []) total += removed
			return total
		},
		close: caller.close,
	}
	return handle
}

async function remove(store: StoreHandle, key: string, payload: Uint8Array | undefined): Promise<void> {
	const record = payload && (await store.read(key))
	if (payload && !(record && isEqual(record.payload, payload))) return
	await store.delete(key, record?.revision)
}

async function readThenTouch(store: SessionStore, key: string, extend: Extension): Promise<FoundRecord | undefined> {
	const record = await store.read(key)
	if (record === undefined || (record.expiresAt ?? 0) >= extend.ifBefore) return record
	if (!(await store.touch(key, extend.to))) return undefined
	const {expiresAt: previousExpiresAt} = record
	return {...record, expiresAt: extend.to, extended: true, ...(previousExpiresAt !== undefined && {previousExpiresAt})}
}

/** Whether the store can have a record under `key`: a client may send a longer id than this instance makes. */
function fits({capabilities: {maxKeyBytes}}: SessionStore, key: string): boolean {
	return maxKeyBytes === undefined || key.length <= maxKeyBytes
}

function within(store: SessionStore, entry: StoreEntry, {maxPayloadBytes}: StoreHandleOptions): StoreEntry {
	const bytes = entry.payload.byteLength
	const most = Math.min(maxPayloadBytes, store.capabilities.maxPayloadBytes ?? Number.POSITIVE_INFINITY)
	if (bytes <= most) return entry
	const whose = most === maxPayloadBytes ? 'SESSION_MAX_PAYLOAD_BYTES is' : 'this store holds at most'
	throw new SessionError(
		'ERR_SESSION_PAYLOAD_TOO_LARGE',
		`The session takes ${bytes} bytes and ${whose} ${most}. ` +
			'Nothing was stored. Keep large values elsewhere and their names in the session.',
	)
}

/** A record that holds what was to be written is the work of the attempt whose reply was lost. */
function ownOr<R>(result: R, current: StoreRecord | undefined, {payload}: StoreEntry) {
	if (current === undefined || !isEqual(current.payload, payload)) return result
	return {outcome: 'written', revision: current.revision} as const
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
	return Buffer.compare(one, other) === 0
}
