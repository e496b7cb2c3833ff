import test, {type ExecutionContext} from 'ava'
import {testWith} from '../support/servers/server.js'
import {harnesses} from '../support/store-harnesses.js'
import {createNode} from './client.js'
import {FEWER_RUNS, playAll, RUNS, reportOf} from './properties.js'

for (const {name, server, atomicWrites, isVariant, start} of harnesses) {
	if (!atomicWrites) continue
	const run = testWith(test.serial as typeof test, server, {group: name})
	run(`${name}: no interleaving loses a write, revives a session or mixes two up`, async (t: ExecutionContext) => {
		t.timeout(180_000)
		const backend = await start(t)
		const {store, another} = await backend.open()
		const other = await another?.()
		const nodes = [store, other ?? store].map(handle => createNode(handle, backend.keyPrefix))

		const details = await playAll(t, nodes, isVariant ? FEWER_RUNS : RUNS)

		t.false(details.failed, details.failed ? reportOf(details) : '')
	})
}
