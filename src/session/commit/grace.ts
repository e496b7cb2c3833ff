import type {Data} from '../../serializers/codec.js'
import type {DeleteResult, ReplaceResult, StoreRecord} from '../../stores/contract.js'
import {FLASHES} from '../flash.js'
import type {SessionState} from '../state.js'

/**
 * With SESSION_REGENERATE_GRACE the record under an old id is not deleted but retired: it stays for that long as it was
 * before `regenerate`, without its flashed messages, which have moved along, and marked with this key. Requests that
 * were sent with the old cookie still see their session; nothing they change is stored, and they set no cookie, so they
 * cannot undo the new one.
 */
const RETIRED_UNTIL = '_retired_until'

/** Whether `data` is what is left of a session that got another id. */
export function isRetired(data: Data): boolean {
	return Object.hasOwn(data, RETIRED_UNTIL)
}

/** Removes the predecessor of a regenerated session, or retires it. `conflict`: it was written meanwhile. */
export function retire(state: SessionState, key: string, record: StoreRecord): Promise<DeleteResult | ReplaceResult> {
	const {core} = state
	const {SESSION_REGENERATE_GRACE: grace, SESSION_CONCURRENCY: concurrency} = core.config
	const revision = concurrency === 'last-write-wins' ? undefined : record.revision
	if (grace === 0) return core.store.delete(key, revision)
	const expiresAt = core.now() + grace
	// flashed messages have moved along: they are shown once
	const {[FLASHES]: _moved, ...data} = core.codec.decode(record.payload) ?? {}
	const payload = core.codec.encode({...data, [RETIRED_UNTIL]: expiresAt})
	return core.store.replace(key, {payload, expiresAt}, revision)
}

/**
 * Makes `state` the read-only remainder that `data` describes. The read has extended the record like any other, which
 * is taken back; the time in the record decides in any case.
 */
export async function holdToRetirement(state: SessionState, data: Data): Promise<void> {
	const {[RETIRED_UNTIL]: until, ...rest} = data
	const {core, sid} = state
	if (typeof until !== 'number' || until <= core.now()) {
		await core.store.delete(state.keyOf(sid))
		state.startAnew()
		return
	}
	if (core.config.SESSION_REFRESH_EACH_REQUEST) await core.store.touch(state.keyOf(sid), until)
	state.replaceData(rest)
	state.gone = true
}
