/** Takes the lock of a session file and ends without releasing it. Argument: the path of the lock. */

import {withFileLock} from '../../src/stores/support/file-lock.js'

await withFileLock(JSON.parse(process.argv[2] ?? ''), async () => process.exit(0))
