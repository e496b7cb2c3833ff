/** Makes a fresh clone ready: installs the npm packages when they are missing or older than the lock file. */
import {execFileSync} from 'node:child_process'
import {existsSync, statSync} from 'node:fs'

const installed = 'node_modules/.package-lock.json'
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync('package-lock.json').mtimeMs) {
	console.error('Installing the npm packages ...')
	execFileSync('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
		stdio: ['ignore', 'inherit', 'inherit'],
		shell: process.platform === 'win32',
	})
}
