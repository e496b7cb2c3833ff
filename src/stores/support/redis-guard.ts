/**
 * What every command passes on its way to a client: it is sent over a connection that is there or not at all, only so
 * many are under way, and a failure says whether the command may be sent again.
 */

import type {RedisConnection} from './redis-connection.js'
import {redisFailure} from './redis-errors.js'

/** Sends commands, and knows how they stand. */
export interface RedisGuard {
	/**
	 * Sends a command.
	 *
	 * @param isRepeatable sending it twice does what sending it once does
	 * @throws RedisFailure
	 */
	send<T>(command: () => Promise<T>, isRepeatable: boolean): Promise<T>
	/** How many commands wait for their reply, or for a connection. */
	underWay(): number
	/** How many have been answered, or have failed, since the start. */
	settled(): number
}

/** About 3 KB each: while redis hangs, this is what a process keeps for it. */
export const MOST_UNDER_WAY = 5000

/** @param connection the connection of the client that sends the commands */
export function guardOf(connection: RedisConnection): RedisGuard {
	let current = {socket: connection.socket(), underWay: 0}
	let settled = 0

	/** A client may never settle what was under way when its connection was lost, so each connection has its count. */
	function countOfConnection() {
		const socket = connection.socket()
		if (socket !== current.socket) current = {socket, underWay: 0}
		return current
	}

	return {
		async send(command, isRepeatable) {
			const count = countOfConnection()
			if (count.underWay >= MOST_UNDER_WAY) throw tooMany()
			count.underWay += 1
			let wasSent = false
			try {
				if (!connection.isReady()) await connection.ready()
				wasSent = true
				return await command()
			} catch (error) {
				throw redisFailure(error, {wasSent, isRepeatable, connectionError: connection.lastError?.()})
			} finally {
				count.underWay -= 1
				settled += 1
			}
		},
		underWay: () => current.underWay,
		settled: () => settled,
	}
}

function tooMany(): Error {
	const message = `${MOST_UNDER_WAY} commands wait for redis already; try again when it answers.`
	return Object.assign(new Error(message), {code: 'EBUSY'})
}
