import test, {type ExecutionContext} from 'ava'
import {testWithRedis} from '../support/servers.js'
import {harnesses} from '../support/store-harnesses.js'
import {createNode} from './client.js'
import {playAll, reportOf} from './properties.js'

for (const {name, server, atomicWrites, start} of harnesses) {
	if (!atomicWrites) continue
	const serial = test.serial as typeof test
	const run = server === undefined ? serial : testWithRedis(serial, name, {own: server === 'redis cluster'})
	run(`${name}: no interleaving loses a write, revives a session or mixes two up`, async (t: ExecutionContext) => {
		t.timeout(180_000)
		const backend = await start()
		const {store, another, release} = await backend.open()
		const other = await another?.()
		const nodes = [store, other ?? store].map(handle => createNode(handle, backend.keyPrefix))

		const details = await playAll(t, nodes)

		await store.close()
		await other?.close()
		await release()
		await backend.stop()
		t.false(details.failed, details.failed ? reportOf(details) : '')
	})
}
