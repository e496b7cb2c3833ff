import {setTimeout as sleep} from 'node:timers/promises'
import {SessionError} from '../../errors.js'
import type {Data} from '../../serializers/codec.js'
import type {StoreRecord} from '../../stores/contract.js'
import type {SessionState} from '../state.js'
import {isRetired} from './grace.js'

/** How often one operation may lose against faster requests before it fails. */
const MAX_ATTEMPTS = 64

/** A record that another request has written, with its data. */
export interface Theirs {
	readonly record: StoreRecord
	readonly data: Data
}

/**
 * What stands in the store after a lost `attempt`; `undefined` when the session is gone.
 * @throws SessionError `ERR_SESSION_CONFLICT` with `SESSION_CONCURRENCY: 'strict'`, or when the attempts are used up
 */
export async function current(
	state: SessionState,
	key: string,
	result: {readonly outcome: 'conflict'; readonly current?: StoreRecord} | {readonly outcome: 'gone'},
	attempt: number,
	{retries = state.core.config.SESSION_CONCURRENCY !== 'strict'} = {},
): Promise<Theirs | undefined> {
	if (result.outcome === 'gone') return undefined
	state.core.emit('conflict', state.sid, 'another request was faster')
	if (!retries || attempt >= MAX_ATTEMPTS) throw lostTo(attempt)
	// from the second time on: a random pause of growing length, so that many that collide do not collide again
	if (attempt > 1) await sleep(Math.random() * Math.min(2 ** attempt, 40))
	const record = attempt === 1 && result.current ? result.current : await state.core.store.read(key)
	const data = record && state.core.codec.decode(record.payload)
	return record === undefined || data === undefined || isRetired(data) ? undefined : {record, data}
}

function lostTo(attempts: number): SessionError {
	return new SessionError(
		'ERR_SESSION_CONFLICT',
		`The session was changed by other requests meanwhile, ${attempts} time${attempts === 1 ? '' : 's'}. ` +
			'Nothing was stored. Repeat the request, or see docs/concurrency.md for merging, update() and lock().',
	)
}
