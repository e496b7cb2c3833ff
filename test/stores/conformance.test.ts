import test, {type ExecutionContext} from 'ava'
import {storeConformance} from '../../src/testing/index.js'
import {testWith} from '../support/servers/server.js'
import {harnesses} from '../support/store-harnesses.js'

const inTurn = limited(40)

for (const {name, server, shortMs = 400, start} of harnesses) {
	const run = testWith(test, server, {group: name})
	const open = async () => {
		const ends: (() => unknown)[] = []
		const backend = await start({teardown: end => ends.unshift(end)})
		return {
			...(await backend.open()),
			async release() {
				for (const end of ends) await end()
			},
		}
	}
	for (const {title, run: check} of storeConformance({name, open, shortMs})) {
		run(title, async (t: ExecutionContext) => {
			const outcome = await inTurn(check)
			if (outcome === 'does not apply') t.log(outcome)
			t.pass()
		})
	}
}

/** Runs at most `limit` tasks at once: ava begins all tests of a file together. */
function limited(limit: number) {
	let free = limit
	const waiting: (() => void)[] = []
	return async <T>(task: () => Promise<T>): Promise<T> => {
		if (free > 0) free -= 1
		else await new Promise<void>(resolve => waiting.push(resolve))
		try {
			return await task()
		} finally {
			const next = waiting.shift()
			if (next === undefined) free += 1
			else next()
		}
	}
}
