import {execFileSync} from 'node:child_process'
import {chmod, chown, lstat, mkdir, symlink} from 'node:fs/promises'
import test from 'ava'
import {fileCache} from '../../src/stores/file-cache.js'
import {manualContext} from '../support/clock.js'
import {swept} from '../support/swept.js'
import {directoryFor, filesFor, pathIn} from './support/files.js'

const asRoot = process.geteuid?.() === 0 ? test : test.skip

for (const [what, make] of [
	['pipe', async (path: string) => execFileSync('mkfifo', [path])],
	['directory', (path: string) => mkdir(path)],
	['link to another session', (path: string) => symlink(pathIn(path.replace(/[^/]*$/, ''), 'theirs'), path)],
] as const) {
	test(`a ${what} in the place of a session file is an error at once, and is left alone`, async t => {
		const {store, put, pathOf, context} = await filesFor(t)
		await put('theirs', 'secret')
		await make(pathOf('key'))
		const before = await lstat(pathOf('key'))
		const entry = context.entry('x', 1000)
		for (const call of [
			// more than there are threads for files: none of them may be held
			...Array.from({length: 8}, () => () => store.read('key')),
			() => store.create('key', entry),
			() => store.replace('key', entry),
			() => store.delete('key'),
		]) {
			await t.throwsAsync<Error>(call, {code: 'ERR_SESSION_CORRUPT_RECORD'})
		}
		t.is(`${(await store.read('theirs'))?.payload}`, 'secret')

		context.advance(4_000_000)
		t.is(await swept(store), 1, 'the session beside it should be swept')
		t.is((await lstat(pathOf('key'))).ino, before.ino)
		t.deepEqual(
			context.warnings.map(({code}) => code),
			['KSS_FILE_FOREIGN'],
		)
	})
}

asRoot('a file of another user is an error, and is left alone', async t => {
	const {store, put, pathOf, context} = await filesFor(t)
	await put('key')
	await chown(pathOf('key'), 12_345, 12_345)
	await t.throwsAsync<Error>(() => store.read('key'), {code: 'ERR_SESSION_CORRUPT_RECORD', message: /another user/})
	context.advance(4_000_000)
	t.is(await swept(store), 0)
	t.is((await lstat(pathOf('key'))).uid, 12_345)
})

test('a directory that everybody may write to is warned of', async t => {
	t.deepEqual(await warningsOf(t, directory => chmod(directory, 0o777)), ['KSS_FILE_DIRECTORY'])
})

asRoot('a directory of another user is warned of', async t => {
	t.deepEqual(await warningsOf(t, directory => chown(directory, 12_345, 12_345)), ['KSS_FILE_DIRECTORY'])
})

async function warningsOf(t: Parameters<typeof directoryFor>[0], prepare: (directory: string) => Promise<void>) {
	const directory = await directoryFor(t)
	await prepare(directory)
	const context = manualContext()
	const store = fileCache({directory}, context)
	await store.open?.()
	await store.close()
	return context.warnings.map(({code}) => code)
}
