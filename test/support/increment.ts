/** Adds 1 to the counter under a key, several times, each by compare-and-swap. Arguments: descriptor, key, times. */

import type {Descriptor} from './harness.js'
import {openDescriptor} from './open-descriptor.js'

const [descriptor, key, times] = process.argv.slice(2).map(arg => JSON.parse(arg)) as [Descriptor, string, number]
const {store, end} = await openDescriptor(descriptor)
for (let done = 0; done < times; ) {
	const record = await store.read(key)
	if (record === undefined) throw new Error('the counter has gone')
	const payload = Buffer.from(`${Number(Buffer.from(record.payload).toString()) + 1}`)
	const {outcome} = await store.replace(key, {payload, expiresAt: Date.now() + 60_000}, record.revision)
	if (outcome === 'written') done += 1
}
await end()
