import {execFile} from 'node:child_process'
import {setTimeout as sleep} from 'node:timers/promises'
import {promisify} from 'node:util'
import test from 'ava'
import {createDeadlines} from '../../src/session/deadlines.js'

test('every call that is not stopped expires once, in the order of the starts, and not too early', async t => {
	const deadlines = createDeadlines(30)
	const expired: string[] = []
	const startedAt = performance.now()
	const stopB = ['a', 'b', 'c', 'd'].map(name => deadlines.start(() => expired.push(name)))[1]
	await sleep(10)
	deadlines.start(() => expired.push('later'))
	stopB?.()
	while (expired.length < 4) await sleep(1)
	t.true(performance.now() - startedAt >= 39)
	t.deepEqual(expired, ['a', 'c', 'd', 'later'])
	await sleep(40)
	t.is(expired.length, 4)
})

test('stopping after the end, or twice, changes nothing for the others', async t => {
	const deadlines = createDeadlines(20)
	const expired: string[] = []
	const stop = deadlines.start(() => expired.push('a'))
	while (expired.length < 1) await sleep(1)
	const stopB = deadlines.start(() => expired.push('b'))
	deadlines.start(() => expired.push('c'))
	stop()
	stopB()
	stopB()
	while (expired.length < 2) await sleep(1)
	t.deepEqual(expired, ['a', 'c'])
})

test('a call may be started while others expire', async t => {
	const deadlines = createDeadlines(10)
	const done = new Promise(resolve => deadlines.start(() => deadlines.start(() => resolve('second'))))
	t.is(await done, 'second')
})

test('the process stays for a call that is under way, and ends at once when none is', async t => {
	const program = (stopped: boolean) => `
		import {createDeadlines} from './src/middleware/deadlines.ts'
		const stop = createDeadlines(${stopped ? 60_000 : 50}).start(() => console.log('expired'))
		if (${stopped}) stop()
	`
	const run = async (stopped: boolean) =>
		(await promisify(execFile)(process.execPath, ['--import=tsx', '--input-type=module', '-e', program(stopped)]))
			.stdout
	t.is(await run(false), 'expired\n')
	t.is(await run(true), '')
})
