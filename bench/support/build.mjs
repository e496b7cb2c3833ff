import {execFileSync} from 'node:child_process'
import {existsSync, readdirSync, statSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Builds the package when `dist/` is missing, and with `fresh` also when it is older than `src/`. */
export function ensureBuilt({fresh = false} = {}) {
	const built = `${ROOT}dist/index.js`
	if (existsSync(built) && !(fresh && statSync(built).mtimeMs < newestSource())) return
	console.error('Building the package ...')
	// the compiler's messages go to stderr: stdout is the benchmark's
	execFileSync(process.execPath, ['scripts/build.mjs'], {cwd: ROOT, stdio: ['ignore', 2, 2]})
}

function newestSource() {
	const entries = readdirSync(`${ROOT}src`, {recursive: true, withFileTypes: true})
	const files = entries.filter(entry => entry.isFile())
	return Math.max(...files.map(file => statSync(`${file.parentPath ?? file.path}/${file.name}`).mtimeMs))
}
