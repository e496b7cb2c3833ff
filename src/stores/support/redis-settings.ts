/** Settings of a client that was passed in under which the redis store cannot keep its promises. */

import type {RedisClient} from './redis-client.js'

interface Settings {
	readonly isCluster?: boolean
	readonly options?: {
		readonly autoResendUnfulfilledCommands?: boolean
		readonly maxRetriesPerRequest?: number | null
		readonly retryDelayOnFailover?: number
	}
}

const SENT_TWICE =
	'a write whose reply is lost is sent a second time: counters count twice, and a login can end the session'

/**
 * What is wrong with the settings of a client, in a sentence that names the setting. node-redis sends nothing twice, and
 * the wait for a connection is the store's own.
 */
export function faultOfSettings(client: RedisClient): string | undefined {
	const {isCluster, options = {}} = client as Settings
	if (isCluster) {
		const {retryDelayOnFailover = 0} = options
		return retryDelayOnFailover > 0 ? `retryDelayOnFailover is ${retryDelayOnFailover}: ${SENT_TWICE}` : undefined
	}
	const {autoResendUnfulfilledCommands = false, maxRetriesPerRequest} = options
	// with 0 nothing is left to send again: what was under way has failed with the connection
	if (!autoResendUnfulfilledCommands || maxRetriesPerRequest === 0) return undefined
	return `autoResendUnfulfilledCommands is true: ${SENT_TWICE}`
}
