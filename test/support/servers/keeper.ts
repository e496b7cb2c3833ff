/**
 * Keeps the servers that the test files of one run share: whoever asks for one first has it started, the others are
 * told its URL. They end with this process, and it ends with its standard input.
 *
 * Argument: the path of the socket to listen on. A question is the name of a server and the end of a line, the reply `{url}` or `{error}`.
 */

import {once} from 'node:events'
import {createServer} from 'node:net'
import {servers} from './index.js'

const running = new Map<string, Promise<string>>()

const listener = createServer(async socket => {
	const [line] = await once(socket.setEncoding('utf8'), 'data')
	const name = line.trim()
	const url = running.get(name) ?? start(name)
	running.set(name, url)
	socket.end(
		await url.then(
			url => JSON.stringify({url}),
			error => JSON.stringify({error: String(error)}),
		),
	)
})
listener.listen(process.argv[2], () => process.stdout.write('ready'))
process.stdin.resume()
process.stdin.once('end', () => process.exit())

async function start(name: string): Promise<string> {
	const server = servers.find(server => server.name === name)
	if (server === undefined) throw new Error(`There is no server ${name}`)
	return (await server.start()).url
}
