import test, {type ExecutionContext} from 'ava'
import {runChild} from '../support/child.js'
import {testWith} from '../support/servers/server.js'
import {harnesses} from '../support/store-harnesses.js'

const INCREMENT = new URL('../support/increment.ts', import.meta.url)
const TIMES = 50

for (const {name, server, atomicWrites, inProcess, isVariant, start} of harnesses) {
	if (!atomicWrites || inProcess || isVariant) continue
	const run = testWith(test, server, {group: `${name} over processes`})
	run(`${name}: two processes that increment one counter lose nothing`, async (t: ExecutionContext) => {
		const backend = await start(t)
		const {store} = await backend.open()
		const key = `${backend.keyPrefix}counter`
		await store.create(key, {payload: Buffer.from('0'), expiresAt: Date.now() + 60_000})
		await Promise.all([1, 2].map(() => runChild(INCREMENT, backend.descriptor, key, TIMES)))
		t.is(Buffer.from((await store.read(key))?.payload ?? []).toString(), `${2 * TIMES}`)
	})
}
