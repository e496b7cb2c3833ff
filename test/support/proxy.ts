/**
 * A TCP proxy that makes the faults of a network. Clients are given its port in the place of the server's.
 *
 * ```ts
 * const proxy = await startProxy(t, {to: server.port})
 * proxy.swallowReplies('EVALSHA')
 * await t.throwsAsync(store.replace(..)) // the server has done it
 * proxy.passOn()
 * ```
 */

import {once} from 'node:events'
import {type AddressInfo, connect, createServer, type Socket} from 'node:net'
import {setTimeout as sleep} from 'node:timers/promises'
import type {Owner} from './harness.js'

/** What {@link startProxy} passes on to. */
export interface ProxyOptions {
	/** The port of the server, on the loopback interface. */
	readonly to: number
}

/** How replies are swallowed. */
export interface SwallowOptions {
	/** What the client sees in the place of the reply: a reset of the connection, or nothing. @default 'reset' */
	readonly by?: 'reset' | 'silence'
	/** How many replies; later ones are passed on. @default Infinity */
	readonly times?: number
}

/** A proxy that runs. Each fault holds until the next, or until `passOn`. */
export interface Proxy {
	readonly port: number
	/** The connections that clients have open. */
	readonly connections: number
	/** The replies that were swallowed. */
	readonly swallowed: number
	/**
	 * Passes requests on, and swallows the reply to one that holds `match`: the server has done what the client does not
	 * learn of. Without `match` every request counts. What was sent in one piece counts as one request.
	 */
	swallowReplies(match?: string | RegExp, options?: SwallowOptions): void
	/** Ends the connections that are open, by a reset or in good order. New ones are passed on. */
	cut(how?: 'reset' | 'end'): void
	/** Cuts the connections that are open, and resets new ones as soon as they are made. */
	refuse(): void
	/** Holds every piece of a reply back for `ms`. */
	delay(ms: number): void
	/**
	 * From now on nothing comes through in either direction, and nothing is closed, as when a cable was pulled out. The
	 * connections of that time stay dead after `passOn`; new ones work.
	 */
	halfOpen(): void
	/** Ends the faults. */
	passOn(): void
	/** Leads new connections to another server, as an address does after a failover; open ones stay. */
	leadTo(port: number): void
	close(): Promise<void>
}

interface Connection {
	readonly client: Socket
	readonly server: Socket
	/** How the next reply is swallowed. */
	swallows?: 'reset' | 'silence'
	isDead: boolean
}

type Fault =
	| {readonly is: 'none' | 'refuse' | 'half-open'}
	| {readonly is: 'delay'; readonly ms: number}
	| {readonly is: 'swallow'; readonly match: RegExp | string; readonly by: 'reset' | 'silence'; left: number}

/** Starts a proxy that ends with its owner. */
export async function startProxy(owner: Owner, {to}: ProxyOptions): Promise<Proxy> {
	const connections = new Set<Connection>()
	let port = to
	let fault: Fault = {is: 'none'}
	let swallowed = 0
	const listener = createServer(accept).listen(0, '127.0.0.1')
	await once(listener, 'listening')
	owner.teardown(close)

	function accept(client: Socket): void {
		if (fault.is === 'refuse') {
			client.resetAndDestroy()
			return
		}
		const connection: Connection = {client, server: connect(port, '127.0.0.1'), isDead: fault.is === 'half-open'}
		connections.add(connection)
		client.once('close', () => connections.delete(connection))
		pass(client, connection.server, chunk => onRequest(connection, chunk))
		pass(connection.server, client, chunk => onReply(connection, chunk))
	}

	async function onRequest(connection: Connection, chunk: Buffer): Promise<boolean> {
		if (fault.is === 'swallow' && fault.left > 0 && holds(chunk, fault.match)) {
			fault.left -= 1
			connection.swallows = fault.by
		}
		return !connection.isDead
	}

	async function onReply(connection: Connection, _chunk: Buffer): Promise<boolean> {
		if (fault.is === 'delay') await sleep(fault.ms)
		if (connection.swallows === undefined) return !connection.isDead
		swallowed += 1
		if (connection.swallows === 'reset') end(connection, 'reset')
		return false
	}

	function cut(how: 'reset' | 'end' = 'reset'): void {
		for (const connection of connections) end(connection, how)
	}

	async function close(): Promise<void> {
		cut()
		if (!listener.listening) return
		listener.close()
		await once(listener, 'close')
	}

	return {
		port: (listener.address() as AddressInfo).port,
		get connections() {
			return connections.size
		},
		get swallowed() {
			return swallowed
		},
		swallowReplies(match = '', {by = 'reset', times = Number.POSITIVE_INFINITY} = {}) {
			fault = {is: 'swallow', match, by, left: times}
		},
		cut,
		refuse() {
			fault = {is: 'refuse'}
			cut()
		},
		delay(ms) {
			fault = {is: 'delay', ms}
		},
		halfOpen() {
			fault = {is: 'half-open'}
			for (const connection of connections) connection.isDead = true
		},
		passOn() {
			fault = {is: 'none'}
		},
		leadTo(next) {
			port = next
		},
		close,
	}
}

/** Hands on what comes from one socket to the other, as far as `allows` says so; an end or a failure goes on too. */
function pass(from: Socket, to: Socket, allows: (chunk: Buffer) => Promise<boolean>): void {
	const passAll = async () => {
		for await (const chunk of from) if (await allows(chunk)) to.write(chunk)
		to.end()
	}
	passAll().catch(() => reset(to))
}

function end({client, server}: Connection, how: 'reset' | 'end'): void {
	server.destroy()
	if (how === 'reset') reset(client)
	else client.end()
}

/** A socket whose end is under way cannot be reset: it would stay open, and the process with it. */
function reset(socket: Socket): void {
	if (socket.writableEnded) socket.destroy()
	else socket.resetAndDestroy()
}

function holds(chunk: Buffer, match: string | RegExp): boolean {
	return typeof match === 'string' ? chunk.includes(match) : match.test(chunk.toString('latin1'))
}
