/** Takes the lock of a session and dies while it holds it. Arguments: descriptor, key prefix, session id, holdMs. */

import type {Descriptor} from '../support/harness.js'
import {openDescriptor} from '../support/open-descriptor.js'
import {openSite} from '../support/site.js'

type Arguments = [Descriptor, keyPrefix: string, sid: string, holdMs: number]

const [descriptor, keyPrefix, sid, holdMs] = process.argv.slice(2).map(arg => JSON.parse(arg)) as Arguments
const {store} = await openDescriptor(descriptor)
const site = openSite(store, {SESSION_KEY_PREFIX: keyPrefix})
await site.visit(async ctx => {
	await ctx.session.lock({holdMs})
	process.exit(0)
}, sid)
