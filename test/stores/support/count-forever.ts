/**
 * Counts in one record of a file store until it is killed, and prints every number that was stored.
 * Arguments: the directory, the key.
 */

import {fileCache} from '../../../src/stores/file-cache.js'

const [directory, key] = process.argv.slice(2).map(arg => JSON.parse(arg)) as [string, string]
const store = fileCache({directory})
await store.open?.()
const before = Number.parseInt(`${Buffer.from((await store.read(key))?.payload ?? [])}`, 10)
for (let count = before + 1; ; count++) {
	await store.replace(key, {payload: counted(count), expiresAt: Date.now() + 600_000})
	process.stdout.write(`${count}\n`)
}

function counted(count: number): Buffer {
	return Buffer.alloc(100_000, `${count} `.padStart(10, '0'))
}
