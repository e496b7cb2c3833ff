import {spawnSync} from 'node:child_process'
import type {ExecutionContext, TestFn} from 'ava'
import {recordSkip} from '../../support/servers/server.js'

/** The `test` to use for what only some users may do: the one given, where `probe` succeeds, or one that skips by name. */
export function testWhere(test: TestFn, group: string, ...probe: readonly [command: string, ...args: string[]]) {
	const [command, ...args] = probe
	const {status, stderr} = spawnSync(command, args, {encoding: 'utf8'})
	if (status === 0) return (title: string, run: (t: ExecutionContext) => Promise<void>) => test(title, run)
	const reason = `as root, so that this works: ${probe.join(' ')}`
	recordSkip(group, reason)
	return (title: string, run: (t: ExecutionContext) => Promise<void>) =>
		test.skip(`${title} (${stderr?.trim() || `${command} failed`})`, run)
}
