/**
 * Makes a fresh clone ready: installs the npm packages when they are missing or older than the lock file. With
 * `--servers` also the servers that the tests start, where this machine allows it; what cannot be installed is named,
 * and its tests are skipped by name.
 */
import {execFileSync, spawnSync} from 'node:child_process'
import {existsSync, statSync} from 'node:fs'

/** The servers of the test harness: the program, and Debian's package of it. */
const SERVERS = [{program: 'redis-server', debian: 'redis-server', instead: 'REDIS_URL'}]

installPackages()
if (process.argv.includes('--servers')) installServers()

function installPackages() {
	const installed = 'node_modules/.package-lock.json'
	if (existsSync(installed) && statSync(installed).mtimeMs >= statSync('package-lock.json').mtimeMs) return
	console.error('Installing the npm packages ...')
	execFileSync('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
		stdio: ['ignore', 'inherit', 'inherit'],
		shell: process.platform === 'win32',
	})
}

function installServers() {
	const missing = SERVERS.filter(({program, instead}) => !process.env[instead] && !runs(program, ['--version']))
	if (missing.length === 0) return
	const packages = missing.map(({debian}) => debian)
	const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n']
	if (!runs([...asRoot, 'apt-get'][0], ['--version'])) return
	console.error(`Installing ${packages.join(', ')} ...`)
	for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
		const [program, ...rest] = [...asRoot, 'apt-get', ...args]
		const {status} = spawnSync(program, rest, {
			stdio: ['ignore', 'ignore', 'inherit'],
			env: {...process.env, DEBIAN_FRONTEND: 'noninteractive'},
		})
		if (status !== 0) {
			console.error(`Could not install ${packages.join(', ')}: the tests that need them are skipped.`)
			return
		}
	}
}

function runs(program, args) {
	return spawnSync(program, args, {stdio: 'ignore'}).status === 0
}
