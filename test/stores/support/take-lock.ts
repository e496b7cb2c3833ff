/**
 * Takes the lock of a file, says so, and then, by the second argument:
 *
 * - `dies`: ends without releasing it;
 * - `stays`: holds it until it is killed;
 * - `writes`: waits for a line of input, and says how it went to put another file in the place of the locked one;
 * - `leaves`: releases it, and says how many milliseconds it has waited for it.
 */

import {once} from 'node:events'
import {withFileLock} from '../../../src/stores/support/file-lock.js'

const [path, then] = process.argv.slice(2).map(arg => JSON.parse(arg)) as [
	string,
	'dies' | 'stays' | 'writes' | 'leaves',
]
const started = performance.now()
await withFileLock(path, 5000, async successor => {
	const waited = Math.round(performance.now() - started)
	process.stdout.write(then === 'leaves' ? `${waited}` : 'held\n')
	if (then === 'dies') process.exit(0)
	if (then === 'stays') await new Promise(resolve => setTimeout(resolve, 60_000))
	if (then !== 'writes') return
	await once(process.stdin, 'data')
	const failure = await successor
		.replace(path, Buffer.from('too late'), async () => {})
		.then(
			() => undefined,
			error => error,
		)
	process.stdout.write(JSON.stringify({message: failure?.message, retryable: failure?.retryable}))
})
process.exit(0)
