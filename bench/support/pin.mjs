import {spawnSync} from 'node:child_process'

/**
 * Puts programs on processors, where there are two and `taskset` (Linux, package util-linux): the server that is
 * measured on the first, what drives it on the second. Elsewhere programs run where the system puts them.
 */
export function createPinning() {
	const {status, stdout} = spawnSync('taskset', ['-cp', `${process.pid}`], {encoding: 'utf8'})
	const cpus = status === 0 ? listOf(stdout.slice(stdout.lastIndexOf(':') + 1).trim()) : []
	const [first, second] = cpus
	if (second === undefined) {
		const free = (program, args) => [program, args]
		return {measured: free, driving: free, description: 'not pinned'}
	}
	const on = cpu => (program, args) => ['taskset', ['-c', `${cpu}`, program, ...args]]
	return {
		measured: on(first),
		driving: on(second),
		description: 'pinned: the server on one processor, the load and redis on another',
	}
}

/** `0-2,5` → 0, 1, 2, 5 */
function listOf(text) {
	return text.split(',').flatMap(part => {
		const [from, to = from] = part.split('-').map(Number)
		return Array.from({length: to - from + 1}, (_, i) => from + i)
	})
}
