/** Replaces one record of a file cache over and over, until it is killed. Arguments: the directory, the key. */

import {fileCache} from '../../src/stores/file-cache.js'

const [directory, key] = process.argv.slice(2).map(arg => JSON.parse(arg)) as [string, string]
const store = fileCache({directory})
await store.open?.()
for (let index = 0; ; index++) {
	await store.replace(key, {payload: Buffer.alloc(200_000, index), expiresAt: Date.now() + 60_000})
	if (index === 0) process.stdout.write('writing')
}
