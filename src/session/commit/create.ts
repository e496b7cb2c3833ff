import {isStoreFailure, SessionError} from '../../errors.js'
import type {Data} from '../../serializers/codec.js'
import type {CreateResult, StoreEntry, StoreRecord} from '../../stores/contract.js'
import {expiryOf} from '../lifetime.js'
import type {SessionState} from '../state.js'

/** How many ids are tried for a new record. A second one is needed only when an id generator repeats itself. */
const MAX_IDS = 3

/** The bytes to store for `data`, and until when. Encoding comes before any store call: a refusal changes nothing. */
export function entryFor({core: {codec, config, now}}: SessionState, data: Data): StoreEntry {
	return {payload: codec.encode(data), expiresAt: expiryOf(config, now())}
}

/**
 * Stores `data` where nothing is, under `state.sid` or, should that be taken, another new id.
 * @throws SessionError `ERR_SESSION_ID_COLLISION`, and `ERR_SESSION_NO_COOKIE` where no response can carry the id
 */
export async function createUnderFreeId(state: SessionState, data: Data): Promise<StoreRecord> {
	if (!state.canSetCookie) throw noCookieError()
	const entry = entryFor(state, data)
	for (let attempt = 1; attempt <= MAX_IDS; attempt++) {
		const result = await createOrForget(state, entry)
		if (result.outcome === 'written') return {...entry, revision: result.revision}
		state.takeAnotherId()
	}
	throw new SessionError(
		'ERR_SESSION_ID_COLLISION',
		`${MAX_IDS} new session ids in a row were taken already. Check SESSION_ID_GENERATOR: it must not repeat itself.`,
	)
}

/** What a failed create has left has an id that nobody learns: it must not stay for the whole of a lifetime. */
async function createOrForget(state: SessionState, entry: StoreEntry): Promise<CreateResult> {
	const {store} = state.core
	try {
		return await store.create(state.key, entry)
	} catch (error) {
		if (isStoreFailure(error)) {
			store.forget(state.key)
			state.takeAnotherId()
		}
		throw error
	}
}

function noCookieError(): SessionError {
	return new SessionError(
		'ERR_SESSION_NO_COOKIE',
		'A new session, or a new id, needs a response that carries its cookie; an upgrade request has none. ' +
			'Create the session in an ordinary request first.',
	)
}
