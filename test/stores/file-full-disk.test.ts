import {execFileSync} from 'node:child_process'
import {readdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import test from 'ava'
import {swept} from '../support/swept.js'
import {directoryFor, filesFor} from './support/files.js'
import {testWhere} from './support/privileged.js'

testWhere(
	test,
	'files on a full disk',
	'unshare',
	'--mount',
	'mount',
	'-t',
	'tmpfs',
	'none',
	'/mnt',
)(
	'on a full disk sessions can be read, extended, destroyed and cleaned up, and a write that fails leaves nothing behind',
	async t => {
		const disk = await directoryFor(t)
		execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', disk])
		t.teardown(() => execFileSync('umount', [disk]))
		const {store, put, context, directory} = await filesFor(t, {directory: join(disk, 'sessions')})
		for (const key of ['read', 'destroyed']) await put(key)
		await put('expired', 'x', 10)
		await fill(join(disk, 'ballast'))
		const before = await readdir(directory)

		const entry = context.entry('new', 1000)
		await t.throwsAsync(store.create('more', entry), {code: 'ENOSPC'})
		await t.throwsAsync(store.replace('read', entry), {code: 'ENOSPC'})
		t.deepEqual(await readdir(directory), before)

		const to = context.now() + 9_000_000
		t.like(await store.read('read', {to, ifBefore: to}), {expiresAt: to, extended: true})
		t.true(await store.touch('read', to + 1))
		t.deepEqual(await store.delete('destroyed'), {outcome: 'deleted'})
		context.advance(11)
		t.is(await swept(store), 1)
		t.is((await store.create('more', entry)).outcome, 'written')
		t.is((await readdir(directory)).length, 2)
	},
)

/** Writes until there is no room. */
async function fill(path: string): Promise<void> {
	for (const size of [100_000, 4096, 1]) {
		for (let index = 0; ; index++) {
			try {
				await writeFile(`${path}-${size}-${index}`, Buffer.alloc(size))
			} catch {
				break
			}
		}
	}
}
