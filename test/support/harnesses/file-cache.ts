import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileCache} from '../../../src/stores/file-cache.js'
import {manualContext} from '../clock.js'
import {backendOf, type OpenRecords, type StoreHarness} from '../harness.js'

export const harnesses: readonly StoreHarness[] = [
	{
		name: 'file cache',
		atomicWrites: true,
		async start(owner) {
			const directory = await mkdtemp(join(tmpdir(), 'kss-files-'))
			owner.teardown(() => rm(directory, {recursive: true, force: true, maxRetries: 20, retryDelay: 50}))
			return backendOf(owner, {file: 'file-cache', place: directory}, open, manualContext())
		},
	},
]

export const open: OpenRecords = async (directory: string, context) => {
	// the cases of the suite run all at once, and each write waits for the disk
	const store = fileCache({directory, threshold: 0}, {...context, timeoutMs: 60_000})
	await store.open?.()
	return {store}
}
