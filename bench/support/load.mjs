/**
 * The load generator, in a process of its own: keep-alive connections over plain sockets, each of which sends its next
 * request when the response to the one before is complete. It is told by IPC what to do:
 *
 * - `{open: {port, path, cookies}}`: connects once for each cookie (`''`: none), and sends one request on each;
 * - `{run: seconds}`: answers `{requests, failures, seconds}`;
 * - `'close'`.
 */
import {connect} from 'node:net'

let connections = []
let running = false
let requests = 0
let failures = 0

process.on('message', async message => {
	if (message.open) {
		const {port, path, cookies} = message.open
		connections = await Promise.all(cookies.map(cookie => open(port, path, cookie)))
		process.send('opened')
	} else if (message.run) {
		process.send(await run(message.run))
	} else if (message === 'close') {
		for (const {socket} of connections) socket.destroy()
		process.send('closed')
	}
})
process.on('disconnect', () => process.exit(0))

async function run(seconds) {
	requests = 0
	failures = 0
	running = true
	const start = process.hrtime.bigint()
	setTimeout(() => {
		running = false
	}, seconds * 1000)
	await Promise.all(connections.map(({repeat}) => repeat()))
	return {requests, failures, seconds: Number(process.hrtime.bigint() - start) / 1e9}
}

/** Resolves when the first response has come; `repeat()` sends until the run ends. */
function open(port, path, cookie) {
	const lines = [`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', ...(cookie ? [`Cookie: ${cookie}`] : []), '', '']
	const request = Buffer.from(lines.join('\r\n'))
	return new Promise((resolve, reject) => {
		const socket = connect(port, '127.0.0.1')
		socket.setNoDelay(true)
		let rest
		let usualLength = 0
		let done = () => resolve({socket, repeat})
		const repeat = () =>
			new Promise(ended => {
				done = ended
				socket.write(request)
			})

		socket.on('connect', () => socket.write(request))
		socket.on('error', reject)
		socket.on('data', chunk => {
			const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk])
			// looking for the end of the header every time would make the generator slower than the servers
			if (bytes.length !== usualLength && !isComplete(bytes)) {
				rest = bytes
				return
			}
			rest = undefined
			usualLength = bytes.length
			requests += 1
			// the first digit of the status
			if (bytes[9] !== 0x32) failures += 1
			if (running) socket.write(request)
			else done()
		})
	})
}

function isComplete(bytes) {
	const end = bytes.indexOf('\r\n\r\n')
	if (end === -1) return false
	const [, length = '0'] = /\r\ncontent-length: (\d+)/i.exec(bytes.latin1Slice(0, end)) ?? []
	return bytes.length >= end + 4 + Number(length)
}
