import http from 'node:http'

/**
 * Listens on a loopback port, and ends on SIGTERM or SIGINT with what `close` does. A parent that has opened an IPC
 * channel is told the address, and is answered how much processor time this process has used, in microseconds.
 *
 * @param {import('node:http').RequestListener} listener
 * @param {{port?: number, name: string, close?: () => unknown}} options
 */
export function serve(listener, {port = 0, name, close}) {
	const server = http.createServer(listener)
	server.listen(port, '127.0.0.1', () => {
		const address = `http://127.0.0.1:${server.address().port}`
		console.log(`${name} on ${address}`)
		process.send?.({address})
	})
	server.on('error', error => {
		console.error(`Cannot listen on 127.0.0.1:${port}: ${error.message}`)
		process.exit(1)
	})
	process.on('message', question => {
		if (question !== 'usage') return
		const {user, system} = process.cpuUsage()
		process.send({usage: user + system})
	})

	let ending = false
	const end = () => {
		if (ending) return
		ending = true
		server.close(async () => {
			await close?.()
			process.exit(0)
		})
		// requests in flight may end, but not for ever; without any the server has closed already
		server.closeIdleConnections()
		setTimeout(() => server.closeAllConnections(), 2000).unref()
	}
	process.on('SIGTERM', end)
	process.on('SIGINT', end)
	process.on('disconnect', end)
}
