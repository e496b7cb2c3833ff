/**
 * A program that runs for a test, in a directory that is thrown away.
 *
 * Both end with the process that started them, however that ends: the program is the child of a shell that waits for
 * the end of its standard input, which the kernel closes with the process.
 */

import {execFileSync, spawn} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {until} from '../until.js'

/** A program that runs. */
export interface RunningProcess {
	readonly pid: number
	/** Whether it has ended, by itself or by `end`. */
	hasEnded(): boolean
	/** What it has printed. */
	output(): string
	/** Sends a signal to it and to all that it has started. */
	signal(name: NodeJS.Signals): void
	/** Ends it without warning, and all that it has started; the directory stays. */
	end(): Promise<void>
}

/** What {@link startProcess} runs. */
export interface ProcessOptions {
	/** The program and its arguments. */
	readonly command: readonly string[]
	/** Where it runs, and where its output is kept. */
	readonly directory: string
	readonly env?: Readonly<Record<string, string>>
}

// the shell leads a process group of its own: its last line ends what the program itself has started
const SCRIPT = `
directory=$1; shift
cd "$directory"
"$@" > output.log 2>&1 < /dev/null &
echo $!
read -r keep
kill -9 $! 2> /dev/null
wait $!
[ "$keep" ] || rm -rf "$directory"
kill -9 0`

/** Starts a program. */
export async function startProcess({command, directory, env = {}}: ProcessOptions): Promise<RunningProcess> {
	const output = join(directory, 'output.log')
	writeFileSync(output, '')
	const shell = spawn('/bin/sh', ['-c', SCRIPT, 'sh', directory, ...command], {
		stdio: ['pipe', 'pipe', 'ignore'],
		env: {...process.env, ...env},
		detached: true,
	})
	const ended = once(shell, 'exit')
	const [line] = await once(shell.stdout, 'data')
	const pid = Number(line)
	// a test process may end while its servers run
	shell.unref()
	for (const stream of [shell.stdin, shell.stdout]) (stream as unknown as {unref(): void}).unref()
	return {
		pid,
		hasEnded: () => !send(pid, 0),
		output: () => readFileSync(output, 'utf8'),
		signal(name) {
			for (const member of family(pid)) send(member, name)
		},
		async end() {
			if (shell.exitCode !== null || shell.signalCode !== null) return
			shell.ref()
			const members = family(pid)
			for (const member of members) send(member, 'SIGKILL')
			shell.stdin.end('keep\n')
			await ended
			await until(() => !members.some(member => send(member, 0)), `${command[0]} did not end`)
		},
	}
}

/** A process and all that it has started, also what leads a process group of its own. */
function family(pid: number): number[] {
	const pairs = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], {encoding: 'utf8'}).trim().split('\n')
	const parents = pairs.map(line => line.trim().split(/\s+/).map(Number) as [number, number])
	const members = [pid]
	for (const member of members) members.push(...parents.filter(([, parent]) => parent === member).map(([id]) => id))
	return members
}

/** Whether there was such a process. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
	try {
		return process.kill(pid, signal)
	} catch {
		return false
	}
}
