/** Servers that test files share: none of them stops, watches or flushes them, and each uses keys of its own. */

import {once} from 'node:events'
import {connect} from 'node:net'
import {text} from 'node:stream/consumers'
import type {TestServer} from './server.js'

const shared = new Map<string, Promise<string>>()

/**
 * The URL of a server that others use too: the one that its environment variable names, else the one of this run
 * (keeper.ts), else, in a test file that is run alone, one of this process. It ends with the run or the process.
 */
export function sharedUrl(server: TestServer): Promise<string> {
	const given = process.env[server.variable]
	if (given) return Promise.resolve(given)
	const url = shared.get(server.name) ?? urlOf(server)
	shared.set(server.name, url)
	return url
}

async function urlOf(server: TestServer): Promise<string> {
	const keeper = process.env.KSS_KEEPER
	if (keeper) return ask(keeper, server.name)
	return (await server.start()).url
}

async function ask(keeper: string, name: string): Promise<string> {
	const socket = connect(keeper)
	await once(socket, 'connect')
	socket.write(`${name}\n`)
	const {url, error} = JSON.parse(await text(socket))
	if (error !== undefined) throw new Error(error)
	return url
}
