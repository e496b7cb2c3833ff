/** One request as the model follows it: what it has read, and what it has changed. */

import type {Json} from '../history.js'
import type {Lineage} from './lineage.js'

type Data = Readonly<Record<string, unknown>>

/** One request, as far as the history has come. */
export interface Client {
	readonly name: string
	readonly begun: number
	readonly cookie: string | undefined
	lineage: Lineage
	sid: string
	/** The store holds a record of it, as far as this request knows. */
	stored: boolean
	/** The store did not know the id of its cookie, and it has not asked for another one. */
	late: boolean
	/** It was found under an id that it has no more, or some operation said that it is gone. */
	gone: boolean
	/** The id before `regenerate`, until the commit. */
	from: string | undefined
	/** The id that `ctx.session = null` will delete. */
	doomed: string | undefined
	/** What it last read, and what its changes are relative to. */
	found: Data
	base: Data
	readonly pending: Map<string, Json>
	readonly flashed: Set<string>
	readonly shown: Set<string>
	readonly removed: Set<string>
	/** All that `ctx.flashes()` ever gave: it gives the same again. */
	readonly told: Set<string>
	increments: number
	/** It asked for a new id of a session that is gone. */
	asked: boolean
	/** The commit that has begun, and what it has to store. */
	commitFrom: number
	changes: readonly [key: string, value: Json][]
	changed: boolean
	expected: number
	/** When the store last wrote for it. */
	wroteAt: number
	/** When its last call of the store began. */
	askedAt: number
	/** When the call began that last told it of the record, if it has done nothing since. */
	heardAt: number | undefined
}

/** A request that begins at `begun`; it has a lineage as soon as it has loaded its session. */
export function newClient(name: string, begun: number, cookie: string | undefined): Client {
	return {
		name,
		begun,
		cookie,
		lineage: undefined as unknown as Lineage,
		sid: '',
		stored: false,
		gone: false,
		late: false,
		from: undefined,
		doomed: undefined,
		found: {},
		base: {},
		pending: new Map(),
		flashed: new Set(),
		shown: new Set(),
		removed: new Set(),
		told: new Set(),
		increments: 0,
		asked: false,
		commitFrom: begun,
		changes: [],
		changed: false,
		expected: 200,
		wroteAt: begun,
		askedAt: begun,
		heardAt: undefined,
	}
}

/** Keys that are no data of the application's. */
export function isData(key: string): boolean {
	return key !== '_permanent' && key !== '_flashes'
}

/** What the request has really changed: a key that holds what it held is none. */
export function changesOf({pending, base}: Client): [key: string, value: Json][] {
	return [...pending].filter(
		([key, value]) => (Object.hasOwn(base, key) ? JSON.stringify(base[key]) : undefined) !== value,
	)
}

/** Whether the commit has something to store. */
export function hasChanges(client: Client): boolean {
	const {flashed, shown, removed, increments, asked} = client
	return asked || changesOf(client).length + flashed.size + shown.size + removed.size + increments > 0
}

/** After a commit, or what drops the changes. */
export function forgetChanges(client: Client): void {
	client.changes = []
	client.changed = false
	client.pending.clear()
	client.flashed.clear()
	client.shown.clear()
	client.removed.clear()
	client.increments = 0
	client.asked = false
}

/** Removes the keys that `condition` holds for, and all messages. */
export function clear(client: Client, condition: (key: string) => boolean): void {
	const keys = [...Object.keys(client.base), ...client.pending.keys()]
	for (const key of keys) if (isData(key) && condition(key)) client.pending.set(key, undefined)
	for (const message of flashesIn(client.base)) if (!client.shown.has(message)) client.removed.add(message)
	client.flashed.clear()
	client.increments = 0
}

/** Whether nothing is left of the session, as this request sees it. */
export function isEmpty(client: Client): boolean {
	const {base, pending, flashed, shown, removed, increments} = client
	if (flashed.size > 0 || increments > 0) return false
	if (flashesIn(base).some(message => !shown.has(message) && !removed.has(message))) return false
	for (const value of pending.values()) if (value !== undefined) return false
	return Object.keys(base).every(key => !isData(key) || pending.has(key))
}

/** The messages in the data of a session. */
export function flashesIn(data: Data): string[] {
	return ((data._flashes ?? []) as [category: string, message: string][]).map(([, message]) => message)
}
