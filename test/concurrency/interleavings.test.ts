import test from 'ava'
import fc from 'fast-check'
import {harnesses} from '../support/store-harnesses.js'
import {createNode} from './client.js'
import {plans} from './plan.js'
import {play} from './play.js'

const RUNS = Number(process.env.KSS_INTERLEAVINGS ?? 2000)
const SEED = process.env.KSS_SEED === undefined ? Date.now() : Number(process.env.KSS_SEED)

for (const harness of harnesses.filter(({atomicWrites}) => atomicWrites)) {
	test.serial(`${harness.name}: no interleaving loses a write, revives a session or mixes two up`, async t => {
		t.timeout(180_000)
		const backend = await harness.start()
		t.teardown(() => backend.stop())
		const handle = await backend.open()
		t.teardown(async () => {
			await handle.store.close()
			await handle.release()
		})
		const node = createNode(handle.store, backend.keyPrefix)
		const began = performance.now()
		await fc.assert(
			fc.asyncProperty(plans, plan => play(plan, [node])),
			{numRuns: RUNS, seed: SEED, includeErrorInReport: true},
		)
		t.log(`${RUNS} interleavings, seed ${SEED}, ${((performance.now() - began) / 1000).toFixed(1)} s`)
		t.pass()
	})
}
