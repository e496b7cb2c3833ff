import test, {type ExecutionContext} from 'ava'
import {runChild} from '../support/child.js'
import {testWithRedis} from '../support/servers.js'
import {harnesses} from '../support/store-harnesses.js'

const INCREMENT = new URL('../support/increment.ts', import.meta.url)
const TIMES = 50

for (const {name, server, atomicWrites, start} of harnesses) {
	if (!atomicWrites || name === 'memory') continue
	const run =
		server === undefined ? test : testWithRedis(test, `${name} over processes`, {own: server === 'redis cluster'})
	run(`${name}: two processes that increment one counter lose nothing`, async (t: ExecutionContext) => {
		const backend = await start()
		const {store, release} = await backend.open()
		const key = `${backend.keyPrefix}counter`
		await store.create(key, {payload: Buffer.from('0'), expiresAt: Date.now() + 60_000})
		await Promise.all([1, 2].map(() => runChild(INCREMENT, backend.descriptor, key, TIMES)))
		t.is(Buffer.from((await store.read(key))?.payload ?? []).toString(), `${2 * TIMES}`)
		await store.close()
		await release()
		await backend.stop()
	})
}
