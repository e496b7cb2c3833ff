import test, {type ExecutionContext} from 'ava'
import {testWith} from '../support/servers/server.js'
import {harnesses} from '../support/store-harnesses.js'
import {FEWER_RUNS, playAll, reportOf} from './properties.js'
import {startInstance} from './remote.js'

for (const {name, server, atomicWrites, inProcess, isVariant, start} of harnesses) {
	if (!atomicWrites || inProcess || isVariant) continue
	const run = testWith(test.serial as typeof test, server, {group: `${name} over processes`})
	run(
		`${name}: no interleaving of two processes loses a write, revives a session or mixes two up`,
		async (t: ExecutionContext) => {
			t.timeout(180_000)
			const {descriptor, keyPrefix} = await start(t)
			const nodes = await Promise.all([1, 2].map(() => startInstance(t, descriptor, keyPrefix)))

			const details = await playAll(t, nodes, FEWER_RUNS)

			t.false(details.failed, details.failed ? reportOf(details) : '')
		},
	)
}
