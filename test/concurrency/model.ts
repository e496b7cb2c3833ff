/**
 * What must hold of any history, whatever the order: the promises of docs/concurrency.md, checked from outside.
 *
 * The model follows each request through what it saw and did, and knows from when on a write was acknowledged, an id
 * was dead and a message shown. It knows nothing of how a commit works.
 */

import {type Entry, type Fact, FORMER, type Json} from './history.js'

type FactOf<Is extends Fact['is']> = Extract<Fact, {readonly is: Is}>

/** The data under an id when all requests have ended. */
export type FinalRecord = (sid: string) => Promise<Readonly<Record<string, unknown>> | undefined>

/** A session through all its ids. */
interface Lineage {
	readonly name: string
	/** Acknowledged writes by key. Which of two that overlap was the later one, only the store knows. */
	readonly writes: Map<string, Write[]>
	/** Acknowledged increments of `count`; `undefined` after something else has changed it. */
	count: number | undefined
	readonly flashed: Set<string>
	/** Messages that a request has shown, and since when it was acknowledged. */
	readonly shown: Map<string, number>
	/** Messages that were removed unseen. */
	readonly removed: Set<string>
	stored: boolean
	/** Something has deleted it, or may have. */
	ended: boolean
}

interface Write {
	readonly value: Json
	readonly from: number
	readonly to: number
}

/** One request, as far as the history has come. */
interface Client {
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
	found: Readonly<Record<string, unknown>>
	base: Readonly<Record<string, unknown>>
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
	reloadedFrom: number
	/** When the store last wrote for it. */
	wroteAt: number
	/** When its last call of the store began. */
	askedAt: number
	/** When the call began that last told it of the record, if it has done nothing since. */
	heardAt: number | undefined
}

/** Something that makes an id unknown, begun at `from`. */
interface Killer {
	readonly client: string
	readonly sid: string
	readonly from: number
}

const INVISIBLE = new Set(['_permanent', '_flashes'])

/** Every promise that `history` breaks, in words. */
export async function violations(history: readonly Entry[], finalRecord: FinalRecord): Promise<string[]> {
	const found: string[] = []
	const clients = new Map<string, Client>()
	const lineages = new Map<string, Lineage>()
	const owners = new Map<string, Lineage>()
	const killers: Killer[] = []
	const deadSince = new Map<string, number>()
	const offered = new Set<string>()
	let now = 0

	const claim = (holds: boolean, words: string) => {
		if (!holds) found.push(words)
	}
	const kill = (sid: string) => {
		if (!deadSince.has(sid)) deadSince.set(sid, now)
	}
	const isDeadAt = (sid: string, time: number) => (deadSince.get(sid) ?? Number.POSITIVE_INFINITY) <= time
	/** Whether another request may have made `sid` unknown by now. */
	const mayBeDead = (sid: string, client: Client) =>
		killers.some(killer => killer.sid === sid && killer.client !== client.name && killer.from < now)
	const newLineage = (sid: string, name: string): Lineage => {
		const lineage: Lineage = {
			name,
			writes: new Map(),
			count: 0,
			flashed: new Set(),
			shown: new Map(),
			removed: new Set(),
			stored: false,
			ended: false,
		}
		lineages.set(sid, lineage)
		return lineage
	}
	const mayEnd = (client: Client) => {
		killers.push({client: client.name, sid: client.from ?? client.sid, from: now})
	}
	const startAnew = (client: Client, sid: string) => {
		client.lineage = newLineage(sid, `${client.name} from step ${now}`)
		client.sid = sid
		client.stored = false
		client.gone = false
		client.late = false
		client.from = undefined
		client.base = {}
		forgetChanges(client)
	}
	const becomeGone = (client: Client, why: string) => {
		const sid = client.late ? client.cookie : (client.from ?? client.sid)
		claim(mayBeDead(sid ?? '', client), `${client.name}: ${why}, but nobody ended the session`)
		client.gone = true
	}

	const beginCommit = (client: Client) => {
		client.commitFrom = now
		client.changes = changesOf(client)
		client.changed = hasChanges(client)
		const removes =
			client.changes.some(([, value]) => value === undefined) || client.shown.size + client.removed.size > 0
		// nothing may be left when it is merged with what others have removed
		if (client.stored && !client.gone && removes) mayEnd(client)
	}
	const acknowledge = (client: Client) => {
		const {lineage} = client
		for (const [key, value] of client.changes) {
			const writes = lineage.writes.get(key) ?? []
			lineage.writes.set(key, [...writes, {value, from: client.commitFrom, to: now}])
			if (key === 'count') lineage.count = undefined
		}
		for (const message of client.flashed) lineage.flashed.add(message)
		for (const message of client.shown) if (!lineage.shown.has(message)) lineage.shown.set(message, now)
		for (const message of client.removed) lineage.removed.add(message)
		if (lineage.count !== undefined) lineage.count += client.increments
		if (client.from !== undefined) kill(client.from)
		client.from = undefined
		client.stored = true
		lineage.stored = true
		forgetChanges(client)
	}
	const emptied = (client: Client, sid: string) => {
		const {lineage} = client
		acknowledge(client)
		checkData(lineage, {})
		kill(client.sid)
		lineage.ended = true
		startAnew(client, sid)
	}

	const follow: {readonly [Is in Fact['is']]: (client: Client, fact: FactOf<Is>) => void} = {
		begun: () => {},
		step: client => {
			client.heardAt = undefined
		},
		asked: client => {
			client.askedAt = now
		},
		read: (client, {data = {}}) => {
			client.found = data
			client.heardAt = client.askedAt
		},
		written: (client, {data = {}}) => {
			// what was no change to what this request knew is none to what it knows now
			const changed = new Set(changesOf(client).map(([key]) => key))
			for (const key of client.pending.keys()) if (!changed.has(key)) client.pending.delete(key)
			client.base = data
			client.heardAt = client.askedAt
			client.wroteAt = now
		},
		loaded,
		put: (client, {key, value}) => {
			client.pending.set(key, value)
			if (value !== undefined) owners.set(value, client.lineage)
		},
		flashed: (client, {message}) => {
			client.flashed.add(message)
		},
		shown,
		cleared: client => clear(client, () => true),
		regenerated,
		updating: storeSuccessor,
		updated,
		saving: beginCommit,
		saved,
		reloading: client => {
			client.reloadedFrom = now
		},
		reloaded,
		destroying,
		destroyed,
		'set to null': setToNull,
		ending,
		answered,
	}
	for (const [time, {request, fact}] of history.entries()) {
		now = time
		if (fact.is === 'begun') clients.set(request, newClient(request, now, fact.cookie))
		follow[fact.is](clients.get(request) as Client, fact as never)
	}
	now = history.length
	await checkTheEnd()
	return found

	function newClient(name: string, begun: number, cookie: string | undefined): Client {
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
			commitFrom: now,
			changes: [],
			changed: false,
			expected: 200,
			reloadedFrom: begun,
			wroteAt: begun,
			askedAt: begun,
			heardAt: undefined,
		}
	}

	function regenerated(client: Client, {sid, keep}: FactOf<'regenerated'>): void {
		if (!client.gone) client.late = false
		if (client.stored && sid === client.sid) {
			if (!client.gone) becomeGone(client, 'regenerate() has done nothing')
			client.asked = true
			return
		}
		if (client.stored && client.from === undefined) {
			client.from = client.sid
			killers.push({client: client.name, sid: client.sid, from: now})
		}
		client.sid = sid
		lineages.set(sid, client.lineage)
		if (keep) clear(client, key => !keep.includes(key))
	}

	/** `update` and `lock` first store a session that has been given a new id. */
	function storeSuccessor(client: Client): void {
		if (client.from !== undefined) beginCommit(client)
	}

	/** Whether it was stored, or found empty and deleted. */
	function successorStored(client: Client, sid: string): void {
		if (client.from === undefined) return
		if (sid === client.sid) acknowledge(client)
		else emptied(client, sid)
	}

	function updated(client: Client, {error, sid}: FactOf<'updated'>): void {
		const {name} = client
		if (error === 'ERR_SESSION_GONE') {
			becomeGone(client, 'update() found the session gone')
			return
		}
		claim(error === undefined, `${name}: update() failed with ${error}`)
		claim(!client.gone, `${name}: update() wrote to a session that is gone`)
		successorStored(client, sid)
		if (!client.stored) client.increments += 1
		else if (client.lineage.count !== undefined) client.lineage.count += 1
	}

	function saved(client: Client, {error, sid}: FactOf<'saved'>): void {
		const {name} = client
		deleteDoomed(client)
		if (error === 'ERR_SESSION_GONE') {
			becomeGone(client, 'save() found the session gone')
			return
		}
		claim(error === undefined, `${name}: save() failed with ${error}`)
		if (client.gone) claim(!client.changed, `${name}: save() says nothing of a session that is gone`)
		else if (client.stored && sid !== client.sid) emptied(client, sid)
		else if (client.changed || client.from !== undefined) acknowledge(client)
	}

	function reloaded(client: Client, {found, sid}: FactOf<'reloaded'>): void {
		if (!client.stored || client.gone) return
		claim(sid === client.sid, `${client.name}: reload() changed the id`)
		if (!found) becomeGone(client, 'reload() found no session')
		forgetChanges(client)
		client.base = found ? client.found : {}
	}

	function destroying(client: Client): void {
		if (!client.stored || client.gone) return
		mayEnd(client)
		client.lineage.ended = true
	}

	function destroyed(client: Client, {error, sid}: FactOf<'destroyed'>): void {
		claim(error === undefined, `${client.name}: destroy() failed with ${error}`)
		deleteDoomed(client)
		if (client.stored && !client.gone) kill(client.from ?? client.sid)
		startAnew(client, sid)
	}

	function setToNull(client: Client, {sid}: FactOf<'set to null'>): void {
		destroying(client)
		if (client.stored && !client.gone) client.doomed = client.from ?? client.sid
		startAnew(client, sid)
	}

	function ending(client: Client, {expected, dropping}: FactOf<'ending'>): void {
		client.expected = expected
		if (dropping) forgetChanges(client)
		beginCommit(client)
	}

	function loaded(client: Client, {sid, isNew}: FactOf<'loaded'>): void {
		const {name, cookie, found: base} = client
		if (cookie === undefined || isNew) {
			if (cookie !== undefined) claim(mayBeDead(cookie, client), `${name}: found no session, but nobody ended it`)
			startAnew(client, sid)
			client.late = cookie !== undefined
			return
		}
		client.sid = cookie
		client.stored = true
		client.base = base
		client.lineage = lineages.get(cookie) ?? newLineage(cookie, `unknown, by ${name}`)
		if (!(FORMER in base)) {
			claim(!isDeadAt(cookie, client.begun), `${name}: found a session under an id that was dead before it began`)
			return
		}
		client.gone = true
		const {[FORMER]: _, ...rest} = base
		client.base = rest
		claim(mayBeDead(cookie, client), `${name}: found a former session, but nobody has regenerated it`)
	}

	function shown(client: Client, {messages}: FactOf<'shown'>): void {
		for (const message of messages) {
			if (client.told.has(message)) continue
			client.told.add(message)
			const since = client.lineage.shown.get(message)
			claim(since === undefined || since > client.begun, `${client.name}: ${message} is shown although it was before`)
			if (!client.flashed.delete(message)) client.shown.add(message)
		}
	}

	function clear(client: Client, condition: (key: string) => boolean): void {
		const keys = [...Object.keys(client.base), ...client.pending.keys()]
		for (const key of keys) if (!INVISIBLE.has(key) && condition(key)) client.pending.set(key, undefined)
		for (const message of flashesIn(client.base)) if (!client.shown.has(message)) client.removed.add(message)
		client.flashed.clear()
		client.increments = 0
	}

	function deleteDoomed(client: Client): void {
		if (client.doomed !== undefined) kill(client.doomed)
		client.doomed = undefined
	}

	function answered(client: Client, {status, cookie}: FactOf<'answered'>): void {
		const {name} = client
		claim(status === client.expected, `${name}: answered ${status}, expected ${client.expected}`)
		deleteDoomed(client)
		const due = client.changed || client.from !== undefined
		if (cookie === undefined) {
			if (!due || client.gone) return
			if (client.stored && client.from === undefined && client.wroteAt > client.commitFrom) {
				// the browser has the cookie already
				acknowledge(client)
			} else if (client.stored || (client.late && !isEmpty(client))) {
				becomeGone(client, 'neither was anything stored nor a cookie sent')
			} else claim(isEmpty(client), `${name}: the new session was not stored`)
			return
		}
		if (cookie === 'deleted') {
			if (client.stored && !client.gone) emptied(client, client.sid)
			else claim(client.gone || isEmpty(client), `${name}: the cookie was deleted although there is data`)
			return
		}
		claim(cookie.sid === client.sid, `${name}: the cookie names another session`)
		claim(!client.gone, `${name}: the session is gone, and a cookie was sent`)
		claim(
			!isDeadAt(cookie.sid, client.heardAt ?? client.commitFrom),
			`${name}: the cookie names an id that was dead when the handler ended`,
		)
		offered.add(cookie.sid)
		if (due && !client.gone) acknowledge(client)
	}

	async function checkTheEnd(): Promise<void> {
		const live = new Map<Lineage, Readonly<Record<string, unknown>>>()
		for (const [sid, lineage] of lineages) {
			const data = await finalRecord(sid)
			if (data === undefined) continue
			claim(!deadSince.has(sid), `${lineage.name}: an id that was dead is live`)
			claim(offered.has(sid), `${lineage.name}: a record is live that no browser has the id of`)
			claim(!live.has(lineage), `${lineage.name}: the session is live under two ids`)
			live.set(lineage, data)
		}
		for (const lineage of new Set(lineages.values())) {
			const data = live.get(lineage)
			if (data) checkData(lineage, data)
			else claim(lineage.ended || !lineage.stored, `${lineage.name}: the session is lost, and nobody has ended it`)
		}
	}

	function checkData(lineage: Lineage, data: Readonly<Record<string, unknown>>): void {
		const where = lineage.name
		const keys = new Set([...lineage.writes.keys(), ...Object.keys(data)])
		for (const key of keys) {
			if (INVISIBLE.has(key) || key === 'count') continue
			const value = Object.hasOwn(data, key) ? JSON.stringify(data[key]) : undefined
			if (value !== undefined) claim(owners.get(value) === lineage, `${where}: ${key} holds data of another session`)
			const writes = lineage.writes.get(key) ?? []
			const last = writes.filter(write => !writes.some(({from}) => from > write.to))
			const ok = last.some(write => write.value === value) || (writes.length === 0 && value === undefined)
			claim(ok, `${where}: ${key} is ${value}, last written: ${last.map(write => `${write.value}`).join(' or ')}`)
		}
		if (lineage.count !== undefined) {
			claim((data.count ?? 0) === lineage.count, `${where}: ${lineage.count} updates have made the count ${data.count}`)
		}
		const flashes = flashesIn(data)
		claim(new Set(flashes).size === flashes.length, `${where}: a message is there twice`)
		for (const message of flashes) {
			claim(lineage.flashed.has(message), `${where}: ${message} was never acknowledged, and is there`)
			claim(!lineage.shown.has(message), `${where}: ${message} was shown, and is there still`)
			claim(!lineage.removed.has(message), `${where}: ${message} was removed, and is there still`)
		}
		for (const message of lineage.flashed) {
			const accounted = flashes.includes(message) || lineage.shown.has(message) || lineage.removed.has(message)
			claim(accounted, `${where}: ${message} is lost`)
		}
	}
}

function forgetChanges(client: Client): void {
	client.changes = []
	client.changed = false
	client.pending.clear()
	client.flashed.clear()
	client.shown.clear()
	client.removed.clear()
	client.increments = 0
	client.asked = false
}

/** What the request has really changed: a key that holds what it held is none. */
function changesOf({pending, base}: Client): [key: string, value: Json][] {
	return [...pending].filter(
		([key, value]) => (Object.hasOwn(base, key) ? JSON.stringify(base[key]) : undefined) !== value,
	)
}

function hasChanges(client: Client): boolean {
	const {flashed, shown, removed, increments, asked} = client
	return asked || changesOf(client).length + flashed.size + shown.size + removed.size + increments > 0
}

/** Whether nothing is left of the session, as this request sees it. */
function isEmpty(client: Client): boolean {
	const {base, pending, flashed, shown, removed, increments} = client
	if (flashed.size > 0 || increments > 0) return false
	if (flashesIn(base).some(message => !shown.has(message) && !removed.has(message))) return false
	for (const value of pending.values()) if (value !== undefined) return false
	return Object.keys(base).every(key => INVISIBLE.has(key) || pending.has(key))
}

function flashesIn(data: Readonly<Record<string, unknown>>): string[] {
	return ((data._flashes ?? []) as [category: string, message: string][]).map(([, message]) => message)
}
