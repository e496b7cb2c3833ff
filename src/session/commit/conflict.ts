import {setTimeout as sleep} from 'node:timers/promises'
import {SessionError} from '../../errors.js'
import type {StoreRecord} from '../../stores/contract.js'
import {type Found, readAgain} from '../load.js'
import type {SessionState} from '../state.js'

/** How often one operation may lose against faster requests before it fails. */
const MAX_ATTEMPTS = 64

/**
 * What stands in the store after a lost `attempt`; `undefined` when the session is gone.
 * @throws SessionError `ERR_SESSION_CONFLICT` with `SESSION_CONCURRENCY: 'strict'`, or when the attempts are used up
 */
export async function current(
	{core, sid}: SessionState,
	key: string,
	result: {readonly outcome: 'conflict'; readonly current?: StoreRecord} | {readonly outcome: 'gone'},
	attempt: number,
	{retries = core.config.SESSION_CONCURRENCY !== 'strict'} = {},
): Promise<Found | undefined> {
	if (result.outcome === 'gone') return undefined
	core.emit('conflict', sid, 'another request was faster')
	if (!retries || attempt >= MAX_ATTEMPTS) throw lostTo(attempt)
	// from the second time on: a random pause of growing length, so that many that collide do not collide again
	if (attempt > 1) await sleep(Math.random() * Math.min(2 ** attempt, 40))
	if (attempt > 1 || result.current === undefined) return readAgain(core, key)
	const data = core.codec.decode(result.current.payload)
	return data && {record: result.current, data}
}

function lostTo(attempts: number): SessionError {
	return new SessionError(
		'ERR_SESSION_CONFLICT',
		`The session was changed by other requests meanwhile, ${attempts} time${attempts === 1 ? '' : 's'}. ` +
			'Nothing was stored. Repeat the request, or see docs/concurrency.md for merging, update() and lock().',
	)
}
