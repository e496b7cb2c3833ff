/**
 * Fewer system calls for the commands of requests that arrive together: each write to a socket is one, and it is the
 * largest single cost of a command. At 64 connections a request takes about a sixth less processor time.
 */

import type {RedisGuard} from './redis-guard.js'

/** The part of a socket that is needed here. */
export interface Corkable {
	cork(): void
	uncork(): void
}

/**
 * The first command of a turn of the event loop leaves at once, so that a request alone waits for nothing. Those after
 * it are held back until all events of the turn are handled, and leave together.
 *
 * @param socket the socket that the commands are written to; another one after a reconnection
 */
export function gathering(socket: () => Corkable | undefined, guard: RedisGuard): RedisGuard {
	let hasBegun = false
	let corked: Corkable | undefined

	function endTurn(): void {
		hasBegun = false
		corked?.uncork()
		corked = undefined
	}

	function beforeWrite(): void {
		if (!hasBegun) {
			hasBegun = true
			setImmediate(endTurn)
		} else if (corked === undefined) {
			corked = socket()
			corked?.cork()
		}
	}

	return {
		...guard,
		send: (command, isRepeatable) =>
			guard.send(() => {
				beforeWrite()
				return command()
			}, isRepeatable),
	}
}
