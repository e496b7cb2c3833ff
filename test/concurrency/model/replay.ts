/** How far the history has been followed: all sessions, all ids, and from when on something holds of them. */

import type {Json} from '../history.js'
import {type Lineage, newLineage} from './lineage.js'
import {type Client, changesOf, forgetChanges, hasChanges} from './request.js'

/** The state of the model. The place of a fact in the history is its time. */
export interface Replay {
	now: number
	/** The promises that were broken so far, in words. */
	readonly broken: string[]
	readonly clients: Map<string, Client>
	/** The session of each id. */
	readonly lineages: Map<string, Lineage>
	/** The session that each value was written in: values are unique. */
	readonly owners: Map<Json, Lineage>
	readonly killers: Killer[]
	/** Since when an id is known to be unknown to the store. */
	readonly deadSince: Map<string, number>
	/** The ids that a browser was given. */
	readonly offered: Set<string>
}

/** Something that makes an id unknown, begun at `from`. */
interface Killer {
	readonly client: string
	readonly sid: string
	readonly from: number
}

export function newReplay(): Replay {
	return {
		now: 0,
		broken: [],
		clients: new Map(),
		lineages: new Map(),
		owners: new Map(),
		killers: [],
		deadSince: new Map(),
		offered: new Set(),
	}
}

/** Notes a broken promise where `holds` is false. */
export function claim({broken}: Replay, holds: boolean, words: string): void {
	if (!holds) broken.push(words)
}

/** The id is dead from now on. */
export function kill({deadSince, now}: Replay, sid: string): void {
	if (!deadSince.has(sid)) deadSince.set(sid, now)
}

export function isDeadAt({deadSince}: Replay, sid: string, time: number): boolean {
	return (deadSince.get(sid) ?? Number.POSITIVE_INFINITY) <= time
}

/** From now on `client` may make the id of its session unknown. */
export function mayKill({killers, now}: Replay, client: Client): void {
	killers.push({client: client.name, sid: client.from ?? client.sid, from: now})
}

/** Whether another request may have made `sid` unknown by now. */
export function mayBeDead({killers, now}: Replay, sid: string, client: Client): boolean {
	return killers.some(killer => killer.sid === sid && killer.client !== client.name && killer.from < now)
}

/** A session that is first heard of under `sid`. */
export function addLineage({lineages}: Replay, sid: string, name: string): Lineage {
	const lineage = newLineage(name)
	lineages.set(sid, lineage)
	return lineage
}

/** The request goes on with a new session. */
export function startAnew(replay: Replay, client: Client, sid: string): void {
	client.lineage = addLineage(replay, sid, `${client.name} from step ${replay.now}`)
	client.sid = sid
	client.stored = false
	client.gone = false
	client.late = false
	client.from = undefined
	client.base = {}
	forgetChanges(client)
}

/** What the request has changed is being stored. */
export function beginCommit(replay: Replay, client: Client): void {
	client.commitFrom = replay.now
	client.changes = changesOf(client)
	client.changed = hasChanges(client)
	const removes = client.changes.some(([, value]) => value === undefined) || client.shown.size + client.removed.size > 0
	// nothing may be left when it is merged with what others have removed
	if (client.stored && !client.gone && removes) mayKill(replay, client)
}

/** What the request has changed was stored. */
export function acknowledge(replay: Replay, client: Client): void {
	const {lineage} = client
	for (const [key, value] of client.changes) {
		const writes = lineage.writes.get(key) ?? []
		lineage.writes.set(key, [...writes, {value, from: client.commitFrom, to: replay.now}])
		if (key === 'count') lineage.count = undefined
	}
	for (const message of client.flashed) lineage.flashed.add(message)
	for (const message of client.shown) if (!lineage.shown.has(message)) lineage.shown.set(message, replay.now)
	for (const message of client.removed) lineage.removed.add(message)
	if (lineage.count !== undefined) lineage.count += client.increments
	if (client.from !== undefined) kill(replay, client.from)
	client.from = undefined
	client.stored = true
	lineage.stored = true
	forgetChanges(client)
}

/** The record under the id that `ctx.session = null` has doomed is gone. */
export function deleteDoomed(replay: Replay, client: Client): void {
	if (client.doomed !== undefined) kill(replay, client.doomed)
	client.doomed = undefined
}
