import {spawnSync} from 'node:child_process'

/** Whether a program is on the path. */
export function hasProgram(name: string): boolean {
	return spawnSync('/bin/sh', ['-c', 'command -v "$0"', name], {stdio: 'ignore'}).status === 0
}
