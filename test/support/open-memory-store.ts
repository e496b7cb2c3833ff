/** Opens a memory store and leaves it open. */

import {memoryStore} from '../../src/stores/memory.js'

await memoryStore().create('key', {payload: Buffer.from('data'), expiresAt: Date.now() + 60_000})
process.stdout.write('open')
