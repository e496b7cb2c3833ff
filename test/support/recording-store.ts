import type {Extension, Revision, SessionStore, StoreEntry} from '../../src/stores/contract.js'
import {memoryStore} from '../../src/stores/memory.js'

/** What was asked of a store. */
export interface StoreCall {
	readonly method: 'read' | 'create' | 'replace' | 'touch' | 'delete'
	readonly key: string
	/** The extension of a read, or the entry that was to be stored. */
	readonly detail?: Extension | StoreEntry
}

/** A memory store that remembers its calls, and fails or hangs on demand. */
export interface RecordingStore extends SessionStore {
	readonly calls: StoreCall[]
	/** The calls since the last time, as `method key`, without the prefix of the keys, and without the notes of ends. */
	take(): string[]
	/** What happens before a call reaches the records: throw to fail, return a promise to delay. */
	before: (call: StoreCall) => void | Promise<void>
	/** The keys of all live sessions. */
	keys(): Promise<string[]>
}

/** Makes a {@link RecordingStore} whose time is `now`. */
export function recordingStore(now: () => number): RecordingStore {
	const inner = memoryStore({}, {now, warn: () => {}, timeoutMs: 5000})
	const calls: StoreCall[] = []
	let taken = 0
	const store: RecordingStore = {
		...inner,
		calls,
		before: () => {},
		take: () => {
			const fresh = calls
				.slice(taken)
				.filter(({key}) => !isNote(key))
				.map(({method, key}) => `${method} ${key.replace(/^session:/, '')}`)
			taken = calls.length
			return fresh
		},
		keys: async () => {
			const keys: string[] = []
			for await (const key of inner.list?.({prefix: ''}) ?? []) if (!isNote(key)) keys.push(key)
			return keys
		},
		read: (key, extend?: Extension) =>
			recorded({method: 'read', key, ...(extend && {detail: extend})}, () => inner.read(key, extend)),
		create: (key, entry) => recorded({method: 'create', key, detail: entry}, () => inner.create(key, entry)),
		replace: (key, entry, revision?: Revision) =>
			recorded({method: 'replace', key, detail: entry}, () => inner.replace(key, entry, revision)),
		touch: (key, expiresAt) => recorded({method: 'touch', key}, () => inner.touch(key, expiresAt)),
		delete: (key, revision?: Revision) => recorded({method: 'delete', key}, () => inner.delete(key, revision)),
	}

	async function recorded<T>(call: StoreCall, run: () => Promise<T>): Promise<T> {
		calls.push(call)
		await store.before(call)
		return run()
	}

	return store
}

/** Whether `key` only notes that an id has ended. */
function isNote(key: string): boolean {
	return key.startsWith('ended:')
}
