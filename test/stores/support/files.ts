import {createHash} from 'node:crypto'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {ExecutionContext} from 'ava'
import {type FileCacheOptions, fileCache} from '../../../src/stores/file-cache.js'
import {manualContext} from '../../support/clock.js'

/** An empty directory that goes with the test. */
export async function directoryFor(t: ExecutionContext): Promise<string> {
	const directory = await mkdtemp(join(tmpdir(), 'kss-files-'))
	t.teardown(() => rm(directory, {recursive: true, force: true}))
	return directory
}

/** A file store in a directory of its own, with a clock that the test moves. */
export async function filesFor(t: ExecutionContext, options: FileCacheOptions = {}) {
	const directory = options.directory ?? (await directoryFor(t))
	const context = manualContext()
	const store = fileCache({...options, directory}, context)
	await store.open?.()
	t.teardown(() => store.close())
	return {
		store,
		context,
		directory,
		pathOf: (key: string) => pathIn(directory, key),
		put: (key: string, data = 'data', lifetimeMs = 3_600_000) =>
			store.create(key, {payload: Buffer.from(data), expiresAt: context.now() + lifetimeMs}),
	}
}

/** Where a key is in a directory. */
export function pathIn(directory: string, key: string): string {
	return join(directory, `${createHash('sha256').update(key).digest('hex')}.session`)
}
