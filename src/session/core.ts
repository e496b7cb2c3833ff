import type {ResolvedConfig} from '../generated/types.js'
import type {Codec} from '../serializers/codec.js'
import type {RecentlyEnded} from './recently-ended.js'
import type {StoreHandle} from './store-handle.js'

/** What can happen to a session, as `app.on('session:<name>')` hears it. */
export type SessionEventName =
	| 'created'
	| 'regenerated'
	| 'destroyed'
	| 'gone'
	| 'conflict'
	| 'rejected'
	| 'unknown'
	| 'discarded'

/** What a listener is given. It never holds an id or data. */
export interface SessionEvent {
	/** A hash of the session id, equal for all events of one session; absent where there is no id. */
	readonly session?: string
	/** Why, in a few words. */
	readonly reason: string
}

/** What one mounted instance consists of; shared by all its requests. */
export interface Core {
	readonly config: ResolvedConfig
	readonly store: StoreHandle
	readonly codec: Codec
	/** Ids that ended in this process a moment ago. */
	readonly recentlyEnded: RecentlyEnded
	/** A new, unused session id. */
	newSid(): string
	/** Milliseconds since the epoch. */
	now(): number
	/** Tells listeners what happened; costs nothing without any. */
	emit(name: SessionEventName, sid: string | undefined, reason: string): void
}
