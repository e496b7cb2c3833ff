import {chmod, readdir, readFile, rename, rm, stat, utimes, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import test from 'ava'
import {fileCache} from '../../src/stores/file-cache.js'
import {manualContext} from '../support/clock.js'
import {swept} from '../support/swept.js'
import {directoryFor, filesFor} from './support/files.js'

test('keeps the directory and the files to their owner', async t => {
	const parent = await directoryFor(t)
	const {put, pathOf, directory, context} = await filesFor(t, {directory: join(parent, 'a', 'sessions')})
	await put('key')
	t.is((await stat(directory)).mode & 0o777, 0o700)
	t.is((await stat(pathOf('key'))).mode & 0o777, 0o600)
	t.deepEqual(context.warnings, [])
})

test('gives the files the mode of the option, whatever the umask', async t => {
	const {put, pathOf} = await filesFor(t, {mode: 0o666})
	await put('key')
	t.is((await stat(pathOf('key'))).mode & 0o777, 0o666)
})

test('leaves nothing but session files behind', async t => {
	const {store, put, directory, context} = await filesFor(t)
	await Promise.all([put('a'), put('a'), put('b')])
	const entry = context.entry('x', 1000)
	await store.replace('a', entry)
	await store.replace('a', entry, 'another revision')
	await store.touch('a', entry.expiresAt)
	await store.delete('b')
	t.is((await readdir(directory)).length, 1)
})

test('keeps the expiry as the time of the file, to the millisecond, and extends without touching the content', async t => {
	const {store, put, pathOf, context} = await filesFor(t)
	await put('key')
	const before = {bytes: await readFile(pathOf('key')), inode: (await stat(pathOf('key'))).ino}
	for (let index = 0; index < 200; index++) {
		const to = context.now() + 90_000 + Math.floor(Math.random() * 1e10)
		await store.read('key', {to, ifBefore: Number.POSITIVE_INFINITY})
		t.is((await store.read('key'))?.expiresAt, to)
	}
	t.is((await stat(pathOf('key'))).ino, before.inode)
	t.deepEqual(await readFile(pathOf('key')), before.bytes)
})

test('rounds up an expiry between two milliseconds', async t => {
	const {store, put, context} = await filesFor(t)
	await put('key')
	await store.touch('key', context.now() + 90_000.25)
	t.is((await store.read('key'))?.expiresAt, context.now() + 90_001)
})

test('finds the old content when a write was cut off in the middle', async t => {
	const {store, put, pathOf} = await filesFor(t)
	await put('key', 'old')
	await writeFile(`${pathOf('key')}.0a1b`, 'half of the n')
	t.is(`${(await store.read('key'))?.payload}`, 'old')
})

test('removes leftovers of a kill that are old, and leaves young ones and the files of others alone', async t => {
	const {store, put, pathOf, directory, context} = await filesFor(t)
	await put('key')
	await writeFile(`${pathOf('key')}.left`, 'x')
	await writeFile(`${pathOf('other')}.lock`, 'x')
	const kept = [join(directory, 'notes.txt'), join(directory, '0123abcd')]
	for (const path of kept) await writeFile(path, 'x')
	await swept(store)
	t.is((await readdir(directory)).length, 5)
	context.advance(61_000)
	await swept(store)
	const names = (await readdir(directory)).map(name => join(directory, name))
	t.deepEqual(names.sort(), [pathOf('key'), ...kept].sort())
})

test('a damaged file is an error and not a miss, is not overwritten, can be deleted, and is swept in its time', async t => {
	const {store, put, pathOf, context} = await filesFor(t)
	for (const content of ['', 'x', 'not a session at all, but long enough to be one\n']) {
		await damage(pathOf('key'), content, context.now() + 60_000)
		await t.throwsAsync(store.read('key'), {code: 'ERR_SESSION_CORRUPT_RECORD'})
		await t.throwsAsync(put('key'), {code: 'ERR_SESSION_CORRUPT_RECORD'})
		t.is(await readFile(pathOf('key'), 'utf8'), content)
	}
	t.is(await swept(store), 0)
	t.deepEqual(await store.delete('key'), {outcome: 'deleted'})
	await damage(pathOf('key'), 'x', context.now() + 60_000)
	context.advance(60_000)
	t.is(await store.read('key'), undefined)
	t.is(await swept(store), 1)
})

test('a file that holds another session than its name says is an error, and that session is not shown', async t => {
	const {store, put, pathOf} = await filesFor(t)
	await put('theirs', 'secret')
	await rename(pathOf('theirs'), pathOf('mine'))
	await t.throwsAsync(store.read('mine'), {code: 'ERR_SESSION_CORRUPT_RECORD', message: /another session/})
	await t.throwsAsync(put('mine'), {code: 'ERR_SESSION_CORRUPT_RECORD'})
})

test('a directory that has gone is an error and not a miss', async t => {
	const {store, put, directory} = await filesFor(t)
	await put('key')
	await rm(directory, {recursive: true})
	await t.throwsAsync(store.read('key'), {code: 'ENOENT'})
	await t.throwsAsync(put('other'), {code: 'ENOENT'})
})

test('says what to do when the directory cannot be used', async t => {
	const parent = await directoryFor(t)
	await writeFile(join(parent, 'file'), '')
	await chmod(join(parent, 'file'), 0o600)
	const store = fileCache({directory: join(parent, 'file', 'sessions')}, manualContext())
	const error = await t.throwsAsync(async () => store.open?.(), {code: 'ERR_SESSION_STORE'})
	t.regex(error?.message ?? '', /SESSION_FILE_DIR/)
})

async function damage(path: string, content: string, expiresAt: number): Promise<void> {
	await writeFile(path, content)
	await utimes(path, 0, expiresAt / 1000)
}
