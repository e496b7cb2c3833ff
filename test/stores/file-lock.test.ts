import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process'
import {once} from 'node:events'
import {readdir, readFile, readlink, symlink, writeFile} from 'node:fs/promises'
import {basename, join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import test, {type ExecutionContext} from 'ava'
import {withFileLock} from '../../src/stores/support/file-lock.js'
import {directoryFor, filesFor} from './support/files.js'
import {killWriter} from './support/kill-writer.js'
import {testWhere} from './support/privileged.js'

const {pathname: TAKE_LOCK} = new URL('support/take-lock.ts', import.meta.url)
const IN_CONTAINER = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'] as const

test('the lock of a process that has ended is broken at once', async t => {
	const {put, pathOf, store} = await filesFor(t)
	await put('key')
	await ended(takeLock(t, pathOf('key'), 'dies'))
	t.true((await readdir(join(pathOf('key'), '..'))).length > 1, 'the dead process should have left its lock')
	const started = performance.now()
	t.deepEqual(await store.delete('key'), {outcome: 'deleted'})
	t.true(performance.now() - started < 500)
})

test('the lock of a process whose id was given anew is broken at once', async t => {
	const path = join(await directoryFor(t), 'file')
	const holder = await holderName(path)
	// this process, but begun at another time
	await symlink(holder.replace(/-\d+\.(\w+)$/, '-1.$1'), `${path}.lock`)
	t.true((await waitFor(path)) < 500)
})

test('a lock is broken that was left while the lock of a dead process was broken', async t => {
	const directory = await directoryFor(t)
	const path = join(directory, 'file')
	const dead = (await holderName(path)).replace(/-\d+\.\w+$/, '-1')
	await symlink(`${dead}.aaaaaaaaaaaa`, `${path}.lock`)
	await symlink(`${dead}.bbbbbbbbbbbb`, `${path}.lock.aaaaaaaaaaaa`)
	await Promise.all([waitFor(path), ended(takeLock(t, path, 'leaves')), ended(takeLock(t, path, 'leaves'))])
	t.deepEqual(await readdir(directory), [])
})

test('the lock of a process that nobody can see from here is broken within a second', async t => {
	const path = join(await directoryFor(t), 'file')
	await symlink('file.0123456789abcdef-1-100.aaaaaaaaaaaa', `${path}.lock`)
	const waited = await waitFor(path)
	t.true(waited > 500 && waited < 1500, `${waited} ms`)
})

testWhere(
	test,
	'locks between containers',
	...IN_CONTAINER,
	'true',
)(
	'a lock that was left in a container where every process has the id 1 is broken within a second in the next one',
	async t => {
		const path = join(await directoryFor(t), 'file')
		await ended(takeLock(t, path, 'dies', IN_CONTAINER))
		t.regex(await readlink(`${path}.lock`), /-1-\d+\.\w+$/, 'the holder should have had the id 1')
		const waited = Number(await ended(takeLock(t, path, 'leaves', IN_CONTAINER)))
		t.true(waited < 1500, `${waited} ms`)
	},
)

test('the lock of a process that runs is respected, and who waits for too long is told', async t => {
	const path = join(await directoryFor(t), 'file')
	await started(takeLock(t, path, 'stays'))
	const running = performance.now()
	let done = false
	const waiting = withFileLock(path, 300, async () => {
		done = true
	})
	// the lease is half of the time that one waits: broken after that
	await waiting
	t.true(performance.now() - running >= 150)
	t.true(done)
})

test('a process that was stopped for so long that its lock was broken overwrites nothing', async t => {
	const directory = await directoryFor(t)
	const path = join(directory, 'file')
	const child = takeLock(t, path, 'writes')
	await started(child)
	child.kill('SIGSTOP')
	await withFileLock(path, 300, async successor => successor.replace(path, Buffer.from('new'), async () => {}))
	child.kill('SIGCONT')
	child.stdin.write('\n')
	t.deepEqual(JSON.parse((await ended(child)).replace('held\n', '')), {
		message: 'The lock of a session file was lost: the disk or this process is too slow',
		retryable: true,
	})
	t.is(await readFile(path, 'utf8'), 'new')
	t.deepEqual(await readdir(directory), ['file'])
})

test('what waits for its turn for too long is not done', async t => {
	const directory = await directoryFor(t)
	const path = join(directory, 'file')
	// no lock of this package, so nobody can tell that it is left
	await writeFile(`${path}.lock`, '')
	await t.throwsAsync(
		withFileLock(path, 50, async () => t.fail()),
		{message: /for too long/},
	)
	const slow = withFileLock(join(directory, 'other'), 5000, () => sleep(100))
	await t.throwsAsync(
		withFileLock(join(directory, 'other'), 50, async () => t.fail()),
		{message: /for too long/},
	)
	await slow
})

test('a writer that is killed over and over tears nothing, loses nothing and holds nobody up', t => killWriter(t, 5))

/** What the name of a holder in this process looks like. */
async function holderName(path: string): Promise<string> {
	return withFileLock(path, 5000, async () => basename(await readlink(`${path}.lock`)))
}

async function waitFor(path: string): Promise<number> {
	const started = performance.now()
	await withFileLock(path, 5000, async () => {})
	return performance.now() - started
}

function takeLock(
	t: ExecutionContext,
	path: string,
	then: 'dies' | 'stays' | 'writes' | 'leaves',
	container: readonly string[] = [],
): ChildProcessWithoutNullStreams {
	const node = [process.execPath, '--import=tsx', TAKE_LOCK, JSON.stringify(path), JSON.stringify(then)]
	const [command = '', ...args] = [...container, ...node]
	const child = spawn(command, args)
	child.stderr.on('data', data => t.log(`${data}`))
	t.teardown(() => child.kill('SIGKILL'))
	return child
}

async function started(child: ChildProcessWithoutNullStreams): Promise<void> {
	await once(child.stdout, 'data')
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<string> {
	let output = ''
	child.stdout.on('data', data => {
		output += data
	})
	await once(child, 'close')
	return output
}
