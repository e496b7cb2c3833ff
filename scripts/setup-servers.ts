/**
 * Installs the servers that test files need and that this machine does not have: packages of Debian first, then what
 * Maven's registry has. What cannot be installed is named; its tests are skipped by name.
 *
 * Arguments: the test files. @default all of them
 */

import {spawnSync} from 'node:child_process'
import type {Need} from '../test/support/servers/needs.js'
import {serversOf} from './servers-of.js'

const needs = [...new Set((await serversOf(process.argv.slice(2))).flatMap(server => server.needs))]
installPackages(needs.filter(need => !need.isThere() && need.debian !== undefined))
for (const need of needs.filter(need => !need.isThere())) installFurther(need)

function installPackages(missing: readonly Need[]): void {
	const packages = [...new Set(missing.map(({debian}) => debian as string))]
	if (packages.length === 0) return
	const aptGet = [...(process.getuid?.() === 0 ? [] : ['sudo', '-n']), 'apt-get']
	if (!run([...aptGet, '--version'])) return
	console.error(`Installing ${packages.join(', ')} ...`)
	const done = run([...aptGet, 'update']) && run([...aptGet, 'install', '-y', '--no-install-recommends', ...packages])
	if (!done) console.error(`Could not install ${packages.join(', ')}: the tests that need them are skipped.`)
}

function installFurther({install, command}: Need): void {
	if (install === undefined) {
		console.error(`Missing: ${command}`)
		return
	}
	try {
		install()
	} catch (error) {
		console.error(`Could not be installed, so its tests are skipped: ${error}`)
	}
}

function run([program = '', ...args]: readonly string[]): boolean {
	const env = {...process.env, DEBIAN_FRONTEND: 'noninteractive'}
	return spawnSync(program, args, {stdio: ['ignore', 'ignore', 'inherit'], env}).status === 0
}
