import {connect, createServer} from 'node:net'

/**
 * A free port of the loopback interface, below those that the system gives to outgoing connections: it is still free
 * when a server is started on it again.
 */
export async function freePort(): Promise<number> {
	for (;;) {
		const port = 10_000 + Math.floor(Math.random() * 22_000)
		if (await isFree(port)) return port
	}
}

function isFree(port: number): Promise<boolean> {
	return new Promise(resolve => {
		const server = createServer()
		server.once('error', () => resolve(false))
		server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
	})
}

/** Whether the server on `port` sends `expected` after it was sent `request`; without both, whether it listens. */
export function answers(port: number, request = '', expected = ''): Promise<boolean> {
	return new Promise(resolve => {
		const done = (answer: boolean) => {
			socket.destroy()
			resolve(answer)
		}
		const socket = connect(port, '127.0.0.1', () => {
			if (expected === '') done(true)
			else socket.write(request)
		})
		socket.once('data', data => done(data.toString().startsWith(expected)))
		socket.once('error', () => done(false))
		socket.once('close', () => done(false))
	})
}
