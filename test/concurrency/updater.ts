/** Counts in one session, several requests at once. Arguments: descriptor, key prefix, session id, times. */

import type {Descriptor} from '../support/harness.js'
import {openDescriptor} from '../support/open-descriptor.js'
import {openSite} from '../support/site.js'

type Arguments = [Descriptor, keyPrefix: string, sid: string, times: number]

const [descriptor, keyPrefix, sid, times] = process.argv.slice(2).map(arg => JSON.parse(arg)) as Arguments
const {store, end} = await openDescriptor(descriptor)
const site = openSite(store, {SESSION_KEY_PREFIX: keyPrefix})
const visits = Array.from({length: times}, () =>
	site.visit(ctx => ctx.session.update('count', (count = 0) => count + 1), sid),
)
const failed = (await Promise.all(visits)).filter(({status}) => status !== 200)
if (failed.length > 0) throw new Error(`${failed.length} updates failed`)
await end()
