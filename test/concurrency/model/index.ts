/**
 * What must hold of any history, whatever the order: the promises of docs/concurrency.md, checked from outside.
 *
 * The model follows each request through what it saw and did, and knows from when on a write was acknowledged, an id
 * was dead and a message shown. It knows nothing of how a commit works.
 */

import type {Entry} from '../history.js'
import {follow} from './follow.js'
import type {Lineage} from './lineage.js'
import {holdsItsData, isLiveOnce, mayBeLive} from './promises.js'
import {newReplay, type Replay} from './replay.js'
import {type Client, newClient} from './request.js'

type Data = Readonly<Record<string, unknown>>

/** The data under an id when all requests have ended. */
export type FinalRecord = (sid: string) => Promise<Data | undefined>

/** Every promise that `history` breaks, in words. */
export async function violations(history: readonly Entry[], finalRecord: FinalRecord): Promise<string[]> {
	const replay = newReplay()
	const {clients} = replay
	for (const [time, {request, fact}] of history.entries()) {
		replay.now = time
		if (fact.is === 'begun') clients.set(request, newClient(request, time, fact.cookie))
		follow(replay, clients.get(request) as Client, fact)
	}
	replay.now = history.length
	await checkTheEnd(replay, finalRecord)
	return replay.broken
}

async function checkTheEnd(replay: Replay, finalRecord: FinalRecord): Promise<void> {
	const live = new Map<Lineage, Data[]>()
	for (const [sid, lineage] of replay.lineages) {
		const data = await finalRecord(sid)
		const records = live.get(lineage) ?? []
		live.set(lineage, data === undefined ? records : [...records, data])
		if (data !== undefined) mayBeLive(replay, lineage, sid)
	}
	for (const [lineage, records] of live) {
		isLiveOnce(replay, lineage, records)
		const data = records.at(-1)
		if (data !== undefined) holdsItsData(replay, lineage, data)
	}
}
