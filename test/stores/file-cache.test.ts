import {spawn} from 'node:child_process'
import {createHash} from 'node:crypto'
import {once} from 'node:events'
import {chmod, mkdtemp, open, readdir, readFile, rm, stat, utimes, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import test, {type ExecutionContext} from 'ava'
import {type FileCacheOptions, fileCache} from '../../src/stores/file-cache.js'
import {runChild} from '../support/child.js'
import {manualContext} from '../support/clock.js'
import {swept} from '../support/swept.js'

async function cache(t: ExecutionContext, options: FileCacheOptions = {}) {
	const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'kss-files-')))
	t.teardown(() => rm(directory, {recursive: true, force: true}))
	const context = manualContext()
	const store = fileCache({...options, directory}, context)
	await store.open?.()
	return {
		store,
		context,
		directory,
		pathOf: (key: string) => join(directory, `${createHash('sha256').update(key).digest('hex')}.session`),
		put: (key: string, text = 'data', lifetimeMs = 60_000) =>
			store.create(key, {payload: Buffer.from(text), expiresAt: context.now() + lifetimeMs}),
	}
}

test('keeps the directory and the files to their owner', async t => {
	const parent = await mkdtemp(join(tmpdir(), 'kss-files-'))
	t.teardown(() => rm(parent, {recursive: true, force: true}))
	const {put, pathOf, directory} = await cache(t, {directory: join(parent, 'a', 'sessions')})
	await put('key')
	t.is((await stat(directory)).mode & 0o777, 0o700)
	t.is((await stat(pathOf('key'))).mode & 0o777, 0o600)
})

test('gives the files the mode of the option, whatever the umask', async t => {
	const {put, pathOf} = await cache(t, {mode: 0o666})
	await put('key')
	t.is((await stat(pathOf('key'))).mode & 0o777, 0o666)
})

test('leaves nothing but session files behind', async t => {
	const {store, put, directory, context} = await cache(t)
	await Promise.all([put('a'), put('a'), put('b')])
	await store.replace('a', {payload: Buffer.from('x'), expiresAt: context.now() + 1000})
	await store.delete('b')
	t.is((await readdir(directory)).length, 1)
})

test('extends in place: eight bytes change and the file stays the same', async t => {
	const {store, put, pathOf, context} = await cache(t)
	await put('key')
	const before = {bytes: await readFile(pathOf('key')), inode: (await stat(pathOf('key'))).ino}
	await store.touch('key', context.now() + 90_000)
	const bytes = await readFile(pathOf('key'))
	t.is((await stat(pathOf('key'))).ino, before.inode)
	t.false(bytes.subarray(0, 8).equals(before.bytes.subarray(0, 8)))
	t.true(bytes.subarray(8).equals(before.bytes.subarray(8)))
})

test('finds the old content when a write was cut off in the middle', async t => {
	const {store, put, pathOf} = await cache(t)
	await put('key', 'old')
	await writeFile(`${pathOf('key')}.0a1b.tmp`, 'half of the n')
	t.is(`${(await store.read('key'))?.payload}`, 'old')
})

test('survives a process that is killed while it writes', async t => {
	const {store, put, context, directory} = await cache(t)
	await put('key')
	const {pathname} = new URL('../support/write-forever.ts', import.meta.url)
	for (let round = 0; round < 3; round++) {
		const child = spawn(process.execPath, ['--import=tsx', pathname, JSON.stringify(directory), '"key"'])
		await once(child.stdout, 'data')
		await sleep(Math.random() * 20)
		child.kill('SIGKILL')
		await once(child, 'close')
		const {payload} = (await store.read('key')) ?? {payload: Buffer.alloc(0)}
		t.is(payload.length, 200_000)
		t.true(payload.every(byte => byte === payload[0]))
		t.is((await store.replace('key', {payload, expiresAt: context.now() + 60_000})).outcome, 'written')
	}
})

test('removes leftovers of a crash that are old, and leaves young ones and the files of others alone', async t => {
	const {store, put, pathOf, directory} = await cache(t)
	await put('key')
	const old = [`${pathOf('key')}.1.tmp`, `${pathOf('other')}.lock`]
	const kept = [`${pathOf('key')}.2.tmp`, join(directory, 'notes.txt'), join(directory, '0123abcd')]
	for (const path of [...old, ...kept]) await writeFile(path, 'x')
	const longAgo = new Date(Date.now() - 3_600_000)
	for (const path of [...old, join(directory, 'notes.txt'), join(directory, '0123abcd')])
		await utimes(path, longAgo, longAgo)
	await swept(store)
	const names = (await readdir(directory)).map(name => join(directory, name))
	t.deepEqual(names.sort(), [pathOf('key'), ...kept].sort())
})

test('breaks the lock of a process that has ended', async t => {
	const {put, pathOf, store} = await cache(t)
	await put('key')
	await runChild(new URL('../support/leave-lock.ts', import.meta.url), `${pathOf('key')}.lock`)
	t.truthy(await stat(`${pathOf('key')}.lock`))
	t.deepEqual(await store.delete('key'), {outcome: 'deleted'})
	t.deepEqual(await readdir(join(pathOf('key'), '..')), [])
})

test('breaks a lock whose holder cannot be known after watching it', async t => {
	const {put, pathOf, store} = await cache(t)
	await put('key')
	await writeFile(`${pathOf('key')}.lock`, '')
	const started = performance.now()
	t.deepEqual(await store.delete('key'), {outcome: 'deleted'})
	t.true(performance.now() - started > 9_000)
})

test('removes the expired ones first when there are more than the threshold, without a warning', async t => {
	const {store, put, context, directory} = await cache(t, {threshold: 3})
	await put('expired', 'x', 10)
	await put('a')
	context.advance(11)
	await put('b')
	await put('c')
	t.is((await readdir(directory)).length, 3)
	for (const key of ['a', 'b', 'c']) t.truthy(await store.read(key), key)
	t.deepEqual(context.warnings, [])
})

test('removes the ones nearest to their expiry when all live, and warns', async t => {
	const {store, put, context} = await cache(t, {threshold: 3})
	await put('late', 'x', 40_000)
	await put('soon', 'x', 10_000)
	await put('middle', 'x', 20_000)
	await put('new', 'x', 30_000)
	t.is(await store.read('soon'), undefined)
	for (const key of ['late', 'middle', 'new']) t.truthy(await store.read(key), key)
	t.deepEqual(
		context.warnings.map(({code}) => code),
		['KSS_FILE_THRESHOLD'],
	)
})

test('keeps any number when the threshold is 0', async t => {
	const {put, directory} = await cache(t, {threshold: 0})
	await Promise.all(Array.from({length: 600}, (_, index) => put(`${index}`)))
	t.is((await readdir(directory)).length, 600)
})

test('notices the files of another process', async t => {
	const {put, context, directory} = await cache(t, {threshold: 100})
	const other = fileCache({directory, threshold: 0}, context)
	await other.open?.()
	const entry = {payload: Buffer.from('x'), expiresAt: context.now() + 1000}
	await Promise.all(Array.from({length: 200}, (_, index) => other.create(`other ${index}`, entry)))
	for (let index = 0; index < 60; index++) await put(`own ${index}`)
	t.true((await readdir(directory)).length <= 150)
})

test('a damaged file is an error and not a miss, is not overwritten, and is swept', async t => {
	const {store, put, pathOf} = await cache(t)
	for (const content of ['', 'x', 'not a session at all, but long enough to be one']) {
		await writeFile(pathOf('key'), content)
		await t.throwsAsync(store.read('key'), {code: 'ERR_SESSION_CORRUPT_RECORD'})
		await t.throwsAsync(put('key'), {code: 'ERR_SESSION_CORRUPT_RECORD'})
		t.is(await readFile(pathOf('key'), 'utf8'), content)
		t.is(await swept(store), 1)
	}
	t.is(await store.read('key'), undefined)
})

test('never believes an expiry that was half written', async t => {
	const {store, put, pathOf, context} = await cache(t)
	await put('key')
	const [before, after] = [Buffer.alloc(8), Buffer.alloc(8)]
	const file = await open(pathOf('key'), 'r+')
	await file.read(before, 0, 8, 0)
	await store.touch('key', context.now() + 40 * 86_400_000)
	await file.read(after, 0, 8, 0)
	for (let cut = 1; cut < 8; cut++) {
		const torn = Buffer.concat([after.subarray(0, cut), before.subarray(cut)])
		if (torn.equals(before) || torn.equals(after)) continue
		await file.write(torn, 0, 8, 0)
		await t.throwsAsync(store.read('key'), {code: 'ERR_SESSION_CORRUPT_RECORD'}, `cut at ${cut}`)
	}
	await file.close()
})

test('a directory that has gone is an error and not a miss', async t => {
	const {store, put, directory} = await cache(t)
	await put('key')
	await rm(directory, {recursive: true})
	await t.throwsAsync(store.read('key'), {code: 'ENOENT'})
	await t.throwsAsync(put('other'), {code: 'ENOENT'})
})

test('says what to do when the directory cannot be used', async t => {
	const parent = await mkdtemp(join(tmpdir(), 'kss-files-'))
	t.teardown(() => rm(parent, {recursive: true, force: true}))
	await writeFile(join(parent, 'file'), '')
	await chmod(join(parent, 'file'), 0o600)
	const store = fileCache({directory: join(parent, 'file', 'sessions')}, manualContext())
	const error = await t.throwsAsync(async () => store.open?.(), {code: 'ERR_SESSION_STORE'})
	t.regex(error?.message ?? '', /SESSION_FILE_DIR/)
})
