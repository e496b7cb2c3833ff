import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {setTimeout as sleep} from 'node:timers/promises'
import type {ExecutionContext} from 'ava'
import {fileCache} from '../../../src/stores/file-cache.js'
import {realContext} from '../../support/clock.js'
import {directoryFor} from './files.js'

/**
 * Kills a process that writes one record over and over, `times` times, and checks after each that the record is whole,
 * that nothing is lost which the writer was told is stored, and that the next write does not wait for the dead one.
 */
export async function killWriter(t: ExecutionContext, times: number): Promise<void> {
	const directory = await directoryFor(t)
	const store = fileCache({directory}, realContext())
	await store.open?.()
	await store.create('key', {payload: Buffer.from('0'), expiresAt: Date.now() + 600_000})
	let longestWait = 0
	for (let round = 0; round < times; round++) {
		const told = await writeUntilKilled(directory, 'key')
		const payload = Buffer.from((await store.read('key'))?.payload ?? [])
		const count = Number.parseInt(`${payload}`, 10)
		t.true(payload.equals(Buffer.alloc(100_000, payload.subarray(0, 10))), 'the record should be whole')
		t.true(count >= told, `${told} was stored, and ${count} is there`)
		const started = performance.now()
		t.is((await store.replace('key', {payload, expiresAt: Date.now() + 600_000})).outcome, 'written')
		longestWait = Math.max(longestWait, performance.now() - started)
	}
	t.log(`${times} kills, the longest wait for the next write was ${Math.round(longestWait)} ms`)
	t.true(longestWait < 1000)
}

async function writeUntilKilled(directory: string, key: string): Promise<number> {
	const {pathname} = new URL('count-forever.ts', import.meta.url)
	const child = spawn(process.execPath, ['--import=tsx', pathname, JSON.stringify(directory), JSON.stringify(key)])
	let output = ''
	child.stdout.on('data', data => {
		output += data
	})
	await once(child.stdout, 'data')
	await sleep(Math.random() * 30)
	child.kill('SIGKILL')
	await once(child, 'close')
	return Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1))
}
