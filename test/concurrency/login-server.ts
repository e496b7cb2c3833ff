/** An application of its own process, with a login. Arguments: descriptor, key prefix. Tells its port, and ends with its parent. */

import type {AddressInfo} from 'node:net'
import {setTimeout as sleep} from 'node:timers/promises'
import Koa from 'koa'
import {serverSession} from '../../src/index.js'
import type {Descriptor} from '../support/harness.js'
import {openDescriptor} from '../support/open-descriptor.js'

const [descriptor, SESSION_KEY_PREFIX] = process.argv.slice(2).map(arg => JSON.parse(arg)) as [Descriptor, string]
const {store} = await openDescriptor(descriptor)
const app = new Koa<Koa.DefaultState, {session: Record<string, unknown> & {regenerate(): Promise<void>}}>()
app.silent = true
app.use(serverSession(app as never, {SESSION_TYPE: 'custom', SESSION_STORE: store, SESSION_KEY_PREFIX}) as never)
app.use(async ctx => {
	const {session, query} = ctx
	const ms = Number(query.ms ?? 0)
	switch (ctx.path) {
		case '/visit':
			session.visited = true
			break
		case '/login':
			await session.regenerate()
			session.user = query.user
			break
		case '/page':
			await sleep(ms)
			break
		case '/write':
			await sleep(ms)
			session.seen = query.user
	}
	ctx.body = session.user ?? 'nobody'
})
const server = app.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.once('disconnect', () => process.exit(0))
