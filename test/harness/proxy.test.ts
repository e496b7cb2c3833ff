/** The faults that test/support/proxy.ts makes, seen by a plain client of a server that counts what it is asked. */

import {once} from 'node:events'
import {type AddressInfo, connect, createServer, type Socket} from 'node:net'
import {setTimeout as sleep} from 'node:timers/promises'
import test, {type ExecutionContext} from 'ava'
import {startProxy} from '../support/proxy.js'
import {until} from '../support/until.js'

/** A server that replies to everything with the same in capitals, a proxy before it, and clients. */
async function start(t: ExecutionContext) {
	const asked: string[] = []
	const sockets = new Set<Socket>()
	const server = createServer(socket => {
		sockets.add(socket)
		socket.on('error', () => {})
		socket.on('data', data => {
			asked.push(String(data))
			socket.write(String(data).toUpperCase())
		})
	}).listen(0, '127.0.0.1')
	await once(server, 'listening')
	t.teardown(() => {
		server.close()
		for (const socket of sockets) socket.destroy()
	})
	const proxy = await startProxy(t, {to: (server.address() as AddressInfo).port})
	const client = async () => {
		const socket = connect(proxy.port, '127.0.0.1')
		t.teardown(() => socket.destroy())
		const replies: string[] = []
		let ended: string | undefined
		socket.on('data', data => replies.push(String(data)))
		socket.on('error', error => {
			ended = (error as NodeJS.ErrnoException).code ?? ''
		})
		socket.on('close', () => {
			ended ??= 'in good order'
		})
		// a connection that is reset at once may never have been made
		await Promise.race([once(socket, 'connect'), new Promise(resolve => socket.once('close', resolve))]).catch(() => {})
		return {
			replies,
			ask: (words: string) => socket.write(words),
			replied: (words: string) => until(() => replies.includes(words), `the reply ${words} did not come`),
			/** How the connection was ended. */
			async ended() {
				await until(() => ended !== undefined, 'the connection was not ended')
				return ended
			},
			isOpen: () => ended === undefined,
		}
	}
	return {proxy, asked, client}
}

test('the proxy passes on what it is sent', async t => {
	const {proxy, client} = await start(t)
	const [one, two] = [await client(), await client()]
	one.ask('a')
	two.ask('b')
	await one.replied('A')
	await two.replied('B')
	t.is(proxy.connections, 2)
})

test('a reply is swallowed by a reset after the server has done the work', async t => {
	const {proxy, asked, client} = await start(t)
	const one = await client()
	proxy.swallowReplies('write')
	one.ask('read')
	await one.replied('READ')
	one.ask('write')
	t.is(await one.ended(), 'ECONNRESET')
	t.deepEqual(one.replies, ['READ'])
	t.deepEqual(asked, ['read', 'write'])
	t.is(proxy.swallowed, 1)
	proxy.passOn()
	const two = await client()
	two.ask('write')
	await two.replied('WRITE')
})

test('only as many replies are swallowed as were asked for', async t => {
	const {proxy, client} = await start(t)
	proxy.swallowReplies(/^w/, {times: 1})
	const one = await client()
	one.ask('write')
	await one.ended()
	const two = await client()
	two.ask('write')
	await two.replied('WRITE')
	t.is(proxy.swallowed, 1)
})

test('a reply is swallowed in silence, and the connection stays open', async t => {
	const {proxy, asked, client} = await start(t)
	const one = await client()
	proxy.swallowReplies('write', {by: 'silence'})
	one.ask('write')
	await until(() => proxy.swallowed === 1, 'no reply was swallowed')
	t.deepEqual(asked, ['write'])
	t.deepEqual(one.replies, [])
	t.true(one.isOpen())
})

for (const [how, seen] of [
	['reset', 'ECONNRESET'],
	['end', 'in good order'],
] as const) {
	test(`connections are cut by ${how}, and new ones work`, async t => {
		const {proxy, client} = await start(t)
		const one = await client()
		proxy.cut(how)
		t.is(await one.ended(), seen)
		const two = await client()
		two.ask('a')
		await two.replied('A')
	})
}

test('connections are refused until they are passed on', async t => {
	const {proxy, client} = await start(t)
	const one = await client()
	proxy.refuse()
	t.is(await one.ended(), 'ECONNRESET')
	t.is(await (await client()).ended(), 'ECONNRESET')
	proxy.passOn()
	const three = await client()
	three.ask('a')
	await three.replied('A')
})

test('replies are held back', async t => {
	const {proxy, client} = await start(t)
	const one = await client()
	proxy.delay(100)
	const asked = performance.now()
	one.ask('a')
	await one.replied('A')
	t.true(performance.now() - asked >= 99)
})

test('a half-open connection is dead for good, without an end; a new one works', async t => {
	const {proxy, asked, client} = await start(t)
	const one = await client()
	proxy.halfOpen()
	const two = await client()
	one.ask('a')
	two.ask('b')
	proxy.passOn()
	const three = await client()
	three.ask('c')
	await three.replied('C')
	await sleep(20)
	t.deepEqual([asked, one.replies, two.replies], [['c'], [], []])
	t.true(one.isOpen() && two.isOpen())
})
