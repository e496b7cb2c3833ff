import {readdir} from 'node:fs/promises'
import test from 'ava'
import {fileCache} from '../../src/stores/file-cache.js'
import {until} from '../support/until.js'
import {filesFor} from './support/files.js'

const HOUR = 3_600_000

test('removes the expired ones first when there are more than the threshold, without a warning', async t => {
	const {store, put, context, directory} = await filesFor(t, {threshold: 3})
	await put('expired', 'x', 10)
	await put('a')
	context.advance(11)
	await put('b')
	await put('c')
	await untilThereAre(directory, 3)
	for (const key of ['a', 'b', 'c']) t.truthy(await store.read(key), key)
	t.deepEqual(context.warnings, [])
})

test('removes the ones nearest to their expiry when all live, and warns', async t => {
	const {store, put, context, directory} = await filesFor(t, {threshold: 3})
	await put('late', 'x', 4 * HOUR)
	await put('soon', 'x', HOUR)
	await put('middle', 'x', 2 * HOUR)
	await put('new', 'x', 3 * HOUR)
	await untilThereAre(directory, 3)
	t.is(await store.read('soon'), undefined)
	for (const key of ['late', 'middle', 'new']) t.truthy(await store.read(key), key)
	t.deepEqual(
		context.warnings.map(({code}) => code),
		['KSS_FILE_THRESHOLD'],
	)
})

test('keeps the sessions that somebody came back to, and what ends within a minute, before those of passers-by', async t => {
	const {store, put, context, directory} = await filesFor(t, {threshold: 20})
	const kept = ['read', 'replaced', 'lock']
	await put('read', 'x', HOUR)
	await put('replaced', 'x', HOUR)
	await store.read('read', {to: context.now() + HOUR + 1, ifBefore: Number.POSITIVE_INFINITY})
	await store.replace('replaced', context.entry('y', HOUR))
	await put('lock', 'x', 10_000)
	for (let index = 0; index < 100; index++) await put(`passer-by ${index}`, 'x', 2 * HOUR)
	await untilThereAre(directory, 20)
	for (const key of kept) t.truthy(await store.read(key), key)
})

test('keeps any number when the threshold is 0', async t => {
	const {put, directory} = await filesFor(t, {threshold: 0})
	await Promise.all(Array.from({length: 600}, (_, index) => put(`${index}`)))
	t.is((await readdir(directory)).length, 600)
})

test('notices the files of another process', async t => {
	const {put, context, directory} = await filesFor(t, {threshold: 100})
	const other = fileCache({directory, threshold: 0}, context)
	await other.open?.()
	const entry = context.entry('x', HOUR)
	await Promise.all(Array.from({length: 200}, (_, index) => other.create(`other ${index}`, entry)))
	for (let index = 0; index < 60; index++) await put(`own ${index}`)
	await until(async () => (await readdir(directory)).length <= 150, 'The files of the other process were not counted')
	t.pass()
})

test('a new session does not wait while others are removed', async t => {
	const {store, put, directory} = await filesFor(t, {threshold: 200})
	await Promise.all(Array.from({length: 199}, (_, index) => put(`${index}`)))
	let waited = 0
	for (let index = 0; index < 20; index++) {
		await put(`more ${index}`)
		waited = Math.max(waited, (await sessionsIn(directory)) - 200)
	}
	t.true(waited > 0, 'some sessions should have been created above the threshold before others were removed')
	await untilThereAre(directory, 200)
	await store.close()
})

async function untilThereAre(directory: string, count: number): Promise<void> {
	await until(async () => (await sessionsIn(directory)) <= count, `There were never ${count} files`)
}

async function sessionsIn(directory: string): Promise<number> {
	return (await readdir(directory)).filter(name => name.endsWith('.session')).length
}
