import test, {type ExecutionContext} from 'ava'
import {storeConformance} from '../../src/testing/index.js'
import {testWithRedis} from '../support/servers.js'
import {harnesses} from '../support/store-harnesses.js'

for (const {name, server, start} of harnesses) {
	const run = server === undefined ? test : testWithRedis(test, name, {own: server === 'redis cluster'})
	const open = async () => {
		const backend = await start()
		const target = await backend.open()
		return {
			...target,
			async release() {
				await target.release()
				await backend.stop()
			},
		}
	}
	for (const {title, run: check} of storeConformance({name, open})) {
		run(title, async (t: ExecutionContext) => {
			await check()
			t.pass()
		})
	}
}
