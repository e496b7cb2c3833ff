/** The promises of docs/concurrency.md, one function each: what has to hold of a history, whatever its order. */

import type {Lineage} from './lineage.js'
import {claim, isDeadAt, mayBeDead, type Replay} from './replay.js'
import {type Client, flashesIn, isData, isEmpty} from './request.js'

type Data = Readonly<Record<string, unknown>>

/** A session is gone only when another request has ended it. */
export function isGoneByAnother(replay: Replay, client: Client, sid: string, what: string): void {
	claim(replay, mayBeDead(replay, sid, client), `${client.name}: ${what}, but nobody ended the session`)
}

/** A request never finds a session under an id that was dead before it began. */
export function isNotRevived(replay: Replay, client: Client, sid: string): void {
	const words = `${client.name}: found a session under an id that was dead before it began`
	claim(replay, !isDeadAt(replay, sid, client.begun), words)
}

/** An operation fails only because the session is gone. */
export function succeeds(replay: Replay, client: Client, operation: string, error: string | undefined): void {
	claim(replay, error === undefined, `${client.name}: ${operation} failed with ${error}`)
}

/** Nothing is written to a session that is gone, and nobody is told that it was. */
export function isNotWrittenWhenGone(replay: Replay, client: Client, wrote: boolean, words: string): void {
	claim(replay, !client.gone || !wrote, `${client.name}: ${words}`)
}

/** Reading again leaves the id as it is. */
export function keepsItsId(replay: Replay, client: Client, sid: string): void {
	claim(replay, sid === client.sid, `${client.name}: reload() changed the id`)
}

/** A message is shown to one request, and to none that begins after that was acknowledged. */
export function isShownFirst(replay: Replay, client: Client, message: string): void {
	const since = client.lineage.shown.get(message)
	const isFirst = since === undefined || since > client.begun
	claim(replay, isFirst, `${client.name}: ${message} is shown although it was before`)
}

/** The status is that of the handler. */
export function hasStatus(replay: Replay, client: Client, status: number): void {
	claim(replay, status === client.expected, `${client.name}: answered ${status}, expected ${client.expected}`)
}

/** A session that has data is stored, and its browser has the cookie. */
export function hasNothingToStore(replay: Replay, client: Client): void {
	claim(replay, isEmpty(client), `${client.name}: the new session was not stored`)
}

/** A cookie is deleted only when nothing is left that it could name. */
export function hasNothingToName(replay: Replay, client: Client): void {
	const words = `${client.name}: the cookie was deleted although there is data`
	claim(replay, client.gone || isEmpty(client), words)
}

/** A cookie names the session of its request, which was alive when the handler ended. */
export function namesALiveSession(replay: Replay, client: Client, sid: string): void {
	const {name} = client
	claim(replay, sid === client.sid, `${name}: the cookie names another session`)
	claim(replay, !client.gone, `${name}: the session is gone, and a cookie was sent`)
	const wasDead = isDeadAt(replay, sid, client.heardAt ?? client.commitFrom)
	claim(replay, !wasDead, `${name}: the cookie names an id that was dead when the handler ended`)
}

/** In the end no dead id is live, and no record that no browser can reach. */
export function mayBeLive(replay: Replay, {name}: Lineage, sid: string): void {
	claim(replay, !replay.deadSince.has(sid), `${name}: an id that was dead is live`)
	claim(replay, replay.offered.has(sid), `${name}: a record is live that no browser has the id of`)
}

/** In the end a session is live under one id, or was ended by somebody. */
export function isLiveOnce(replay: Replay, {name, ended, stored}: Lineage, records: readonly Data[]): void {
	claim(replay, records.length <= 1, `${name}: the session is live under two ids`)
	const isLost = records.length === 0 && stored && !ended
	claim(replay, !isLost, `${name}: the session is lost, and nobody has ended it`)
}

/** Each key holds what was written last, or one of those that overlapped, and nothing of another session. */
export function holdsTheLastWrites(replay: Replay, lineage: Lineage, data: Data): void {
	for (const key of new Set([...lineage.writes.keys(), ...Object.keys(data)])) {
		if (!isData(key) || key === 'count') continue
		const value = Object.hasOwn(data, key) ? JSON.stringify(data[key]) : undefined
		const isOurs = value === undefined || replay.owners.get(value) === lineage
		claim(replay, isOurs, `${lineage.name}: ${key} holds data of another session`)
		const writes = lineage.writes.get(key) ?? []
		const last = writes.filter(write => !writes.some(({from}) => from > write.to))
		const isLast = last.some(write => write.value === value) || (writes.length === 0 && value === undefined)
		const expected = last.map(write => `${write.value}`).join(' or ')
		claim(replay, isLast, `${lineage.name}: ${key} is ${value}, last written: ${expected}`)
	}
}

/** `update()` counts every time, and once. */
export function countsEveryUpdate(replay: Replay, {name, count}: Lineage, data: Data): void {
	if (count === undefined) return
	claim(replay, (data.count ?? 0) === count, `${name}: ${count} updates have made the count ${data.count}`)
}

/** A message is there until it is shown or removed, once, and not afterwards. */
export function keepsMessagesUntilShown(replay: Replay, lineage: Lineage, data: Data): void {
	const {name, flashed, shown, removed} = lineage
	const flashes = flashesIn(data)
	claim(replay, new Set(flashes).size === flashes.length, `${name}: a message is there twice`)
	for (const message of flashes) {
		claim(replay, flashed.has(message), `${name}: ${message} was never acknowledged, and is there`)
		claim(replay, !shown.has(message), `${name}: ${message} was shown, and is there still`)
		claim(replay, !removed.has(message), `${name}: ${message} was removed, and is there still`)
	}
	for (const message of flashed) {
		const accounted = flashes.includes(message) || shown.has(message) || removed.has(message)
		claim(replay, accounted, `${name}: ${message} is lost`)
	}
}

/** All that has to hold of the data of a session. */
export function holdsItsData(replay: Replay, lineage: Lineage, data: Data): void {
	holdsTheLastWrites(replay, lineage, data)
	countsEveryUpdate(replay, lineage, data)
	keepsMessagesUntilShown(replay, lineage, data)
}
