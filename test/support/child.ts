/** Runs a TypeScript file of the tests in another process. */

import {spawn} from 'node:child_process'

/** Runs `file` with `args` (as JSON) and gives what it printed. Rejects when it does not exit with 0. */
export function runChild(file: URL, ...args: readonly unknown[]): Promise<string> {
	const child = spawn(process.execPath, ['--import=tsx', file.pathname, ...args.map(arg => JSON.stringify(arg))], {
		stdio: ['ignore', 'pipe', 'pipe'],
	})
	let output = ''
	let errors = ''
	child.stdout.on('data', text => {
		output += text
	})
	child.stderr.on('data', text => {
		errors += text
	})
	return new Promise((resolve, reject) => {
		child.once('error', reject)
		child.once('close', (code, signal) => {
			if (code === 0) resolve(output)
			else reject(new Error(`${file.pathname} ended with ${signal ?? code}: ${errors}`))
		})
	})
}
