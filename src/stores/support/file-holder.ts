/**
 * Names this process to the other processes of its host, so that they can tell whether it is still there.
 *
 * The id of a process means something only within one boot and one container, and is given again to later processes:
 * the name holds all of them, and when the process began.
 */

import {createHash} from 'node:crypto'
import {readFileSync, readlinkSync} from 'node:fs'
import {hostname} from 'node:os'
import {codeOf} from './file-errors.js'

const HERE = createHash('sha256').update(whereabouts()).digest('hex').slice(0, 16)

/** The name of this process, of the characters `[0-9a-f-]`. */
export const HOLDER = `${HERE}-${process.pid}-${beginningOf(process.pid)}`

/** Whether the process of that name runs; `undefined` where nobody can tell: it runs, or ran, in another container. */
export function isRunning(holder: string): boolean | undefined {
	const [here, pid, beginning] = holder.split('-')
	return here === HERE ? beginningOf(Number(pid)) === beginning : undefined
}

/** When a process began, in ticks since the boot; without `/proc` only `running`; `undefined` for none. */
function beginningOf(pid: number): string | undefined {
	try {
		if (process.platform !== 'linux') return process.kill(pid, 0) ? 'running' : undefined
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
		// the name of the program comes second and may hold anything: the 22nd field counts from its end
		return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
	} catch (error) {
		return codeOf(error) === 'EPERM' ? 'running' : undefined
	}
}

function whereabouts(): string {
	try {
		return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8') + readlinkSync('/proc/self/ns/pid')
	} catch {
		return hostname()
	}
}
