/** What each fact of a history means for the request that it is about, and which promises have to hold then. */

import {type Fact, FORMER} from '../history.js'
import {
	hasNothingToName,
	hasNothingToStore,
	hasStatus,
	holdsItsData,
	isGoneByAnother,
	isNotRevived,
	isNotWrittenWhenGone,
	isShownFirst,
	keepsItsId,
	namesALiveSession,
	succeeds,
} from './promises.js'
import {acknowledge, addLineage, beginCommit, deleteDoomed, kill, mayKill, type Replay, startAnew} from './replay.js'
import {type Client, changesOf, clear, forgetChanges, isEmpty} from './request.js'

/** The fact of one kind; some share a shape. */
type FactOf<Is extends Fact['is'], One = Fact> = One extends {readonly is: infer Kinds}
	? Is extends Kinds
		? One
		: never
	: never
type Follower<Is extends Fact['is']> = (replay: Replay, client: Client, fact: FactOf<Is>) => void

/** Follows a request by one fact. */
export function follow(replay: Replay, client: Client, fact: Fact): void {
	;(followers[fact.is] as Follower<Fact['is']>)(replay, client, fact)
}

const followers: {readonly [Is in Fact['is']]: Follower<Is>} = {
	begun: () => {},
	step: (_replay, client) => {
		client.heardAt = undefined
	},
	asked: ({now}, client) => {
		client.askedAt = now
	},
	read: (_replay, client, {data = {}}) => {
		client.found = data
		client.heardAt = client.askedAt
	},
	written,
	loaded,
	put: ({owners}, client, {key, value}) => {
		client.pending.set(key, value)
		if (value !== undefined) owners.set(value, client.lineage)
	},
	flashed: (_replay, client, {message}) => {
		client.flashed.add(message)
	},
	shown,
	cleared: (_replay, client) => clear(client, () => true),
	regenerated,
	updating: storeSuccessor,
	updated,
	saving: beginCommit,
	saved,
	reloading: () => {},
	reloaded,
	destroying,
	destroyed,
	'set to null': setToNull,
	ending,
	answered,
}

function written({now}: Replay, client: Client, {data = {}}: FactOf<'written'>): void {
	// what was no change to what this request knew is none to what it knows now
	const changed = new Set(changesOf(client).map(([key]) => key))
	for (const key of client.pending.keys()) if (!changed.has(key)) client.pending.delete(key)
	client.base = data
	client.heardAt = client.askedAt
	client.wroteAt = now
}

function loaded(replay: Replay, client: Client, {sid, isNew}: FactOf<'loaded'>): void {
	const {cookie, found} = client
	if (cookie === undefined || isNew) {
		if (cookie !== undefined) isGoneByAnother(replay, client, cookie, 'found no session')
		startAnew(replay, client, sid)
		client.late = cookie !== undefined
		return
	}
	const {[FORMER]: isFormer, ...base} = found
	client.sid = cookie
	client.stored = true
	client.base = base
	client.lineage = replay.lineages.get(cookie) ?? addLineage(replay, cookie, `unknown, by ${client.name}`)
	if (isFormer) becomeGone(replay, client, 'found a former session')
	else isNotRevived(replay, client, cookie)
}

function shown(replay: Replay, client: Client, {messages}: FactOf<'shown'>): void {
	for (const message of messages) {
		if (client.told.has(message)) continue
		client.told.add(message)
		isShownFirst(replay, client, message)
		if (!client.flashed.delete(message)) client.shown.add(message)
	}
}

function regenerated(replay: Replay, client: Client, {sid, keep}: FactOf<'regenerated'>): void {
	if (!client.gone) client.late = false
	if (client.stored && sid === client.sid) {
		if (!client.gone) becomeGone(replay, client, 'regenerate() has done nothing')
		client.asked = true
		return
	}
	if (client.stored && client.from === undefined) {
		mayKill(replay, client)
		client.from = client.sid
	}
	client.sid = sid
	replay.lineages.set(sid, client.lineage)
	if (keep) clear(client, key => !keep.includes(key))
}

/** `update` and `lock` first store a session that has been given a new id. */
function storeSuccessor(replay: Replay, client: Client): void {
	if (client.from !== undefined) beginCommit(replay, client)
}

function updated(replay: Replay, client: Client, {error, sid}: FactOf<'updated'>): void {
	if (error === 'ERR_SESSION_GONE') {
		becomeGone(replay, client, 'update() found the session gone')
		return
	}
	succeeds(replay, client, 'update()', error)
	isNotWrittenWhenGone(replay, client, true, 'update() wrote to a session that is gone')
	if (client.from !== undefined) {
		if (sid === client.sid) acknowledge(replay, client)
		else becomeEmpty(replay, client, sid)
	}
	if (!client.stored) client.increments += 1
	else if (client.lineage.count !== undefined) client.lineage.count += 1
}

function saved(replay: Replay, client: Client, {error, sid}: FactOf<'saved'>): void {
	deleteDoomed(replay, client)
	if (error === 'ERR_SESSION_GONE') {
		becomeGone(replay, client, 'save() found the session gone')
		return
	}
	succeeds(replay, client, 'save()', error)
	isNotWrittenWhenGone(replay, client, client.changed, 'save() says nothing of a session that is gone')
	if (client.gone) return
	if (client.stored && sid !== client.sid) becomeEmpty(replay, client, sid)
	else if (client.changed || client.from !== undefined) acknowledge(replay, client)
}

function reloaded(replay: Replay, client: Client, {found, sid}: FactOf<'reloaded'>): void {
	if (!client.stored || client.gone) return
	keepsItsId(replay, client, sid)
	if (!found) becomeGone(replay, client, 'reload() found no session')
	forgetChanges(client)
	client.base = found ? client.found : {}
}

function destroying(replay: Replay, client: Client): void {
	if (!client.stored || client.gone) return
	mayKill(replay, client)
	client.lineage.ended = true
}

function destroyed(replay: Replay, client: Client, {error, sid}: FactOf<'destroyed'>): void {
	succeeds(replay, client, 'destroy()', error)
	deleteDoomed(replay, client)
	if (client.stored && !client.gone) kill(replay, client.from ?? client.sid)
	startAnew(replay, client, sid)
}

function setToNull(replay: Replay, client: Client, {sid}: FactOf<'set to null'>): void {
	destroying(replay, client)
	if (client.stored && !client.gone) client.doomed = client.from ?? client.sid
	startAnew(replay, client, sid)
}

function ending(replay: Replay, client: Client, {expected, dropping}: FactOf<'ending'>): void {
	client.expected = expected
	if (dropping) forgetChanges(client)
	beginCommit(replay, client)
}

function answered(replay: Replay, client: Client, {status, cookie}: FactOf<'answered'>): void {
	hasStatus(replay, client, status)
	deleteDoomed(replay, client)
	if (cookie === undefined) answeredWithoutCookie(replay, client)
	else if (cookie === 'deleted') {
		if (client.stored && !client.gone) becomeEmpty(replay, client, client.sid)
		else hasNothingToName(replay, client)
	} else {
		namesALiveSession(replay, client, cookie.sid)
		replay.offered.add(cookie.sid)
		if ((client.changed || client.from !== undefined) && !client.gone) acknowledge(replay, client)
	}
}

function answeredWithoutCookie(replay: Replay, client: Client): void {
	const isDue = client.changed || client.from !== undefined
	if (!isDue || client.gone) return
	if (client.stored && client.from === undefined && client.wroteAt > client.commitFrom) {
		// the browser has the cookie already
		acknowledge(replay, client)
	} else if (client.stored || (client.late && !isEmpty(client))) {
		becomeGone(replay, client, 'neither was anything stored nor a cookie sent')
	} else hasNothingToStore(replay, client)
}

function becomeGone(replay: Replay, client: Client, why: string): void {
	const sid = client.late ? client.cookie : (client.from ?? client.sid)
	isGoneByAnother(replay, client, sid ?? '', why)
	client.gone = true
}

/** Nothing was left to store, so the record was deleted; the request goes on with a new session. */
function becomeEmpty(replay: Replay, client: Client, sid: string): void {
	const {lineage} = client
	acknowledge(replay, client)
	holdsItsData(replay, lineage, {})
	kill(replay, client.sid)
	lineage.ended = true
	startAnew(replay, client, sid)
}
