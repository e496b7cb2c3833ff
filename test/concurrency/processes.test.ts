import test, {type ExecutionContext} from 'ava'
import {testWithRedis} from '../support/servers.js'
import {harnesses} from '../support/store-harnesses.js'
import {playAll, reportOf} from './properties.js'
import {startInstance} from './remote.js'

/** Fewer than in one process: every step goes through two pipes. */
const RUNS = Math.min(500, Number(process.env.KSS_INTERLEAVINGS ?? 500))

for (const {name, server, atomicWrites, start} of harnesses) {
	// how a client speaks to its server is the same in every process: one client stands for all
	if (!atomicWrites || (name.startsWith('redis') && name !== 'redis by ioredis')) continue
	const serial = test.serial as typeof test
	const run = server === undefined ? serial : testWithRedis(serial, `${name} over processes`)
	if (name === 'memory') continue
	run(
		`${name}: no interleaving of two processes loses a write, revives a session or mixes two up`,
		async (t: ExecutionContext) => {
			t.timeout(180_000)
			const backend = await start()
			const nodes = await Promise.all([1, 2].map(() => startInstance(backend.descriptor, backend.keyPrefix)))

			const details = await playAll(t, nodes, RUNS)

			await Promise.all(nodes.map(node => node.close()))
			await backend.stop()
			t.false(details.failed, details.failed ? reportOf(details) : '')
		},
	)
}
