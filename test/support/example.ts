import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {createInterface} from 'node:readline'
import type {ExecutionContext} from 'ava'

/** Starts the example as `npm start` does, in a directory of its own, and waits until it listens. */
export async function startExample(t: ExecutionContext, env: Record<string, string>) {
	const directory = await mkdtemp(join(tmpdir(), 'kss-example-'))
	// not by the program tsx, which kills what does not end at once
	const program = [`--import=${import.meta.resolve('tsx')}`, resolve('examples/app.ts')]
	const surroundings = Object.entries(process.env).filter(([name]) => name !== 'PORT' && !name.startsWith('SESSION_'))
	const child = spawn(process.execPath, program, {
		cwd: directory,
		env: {...Object.fromEntries(surroundings), ...env},
		stdio: ['ignore', 'pipe', 'pipe'],
	})
	const ended = once(child, 'exit')
	t.teardown(async () => {
		child.kill()
		await ended
		await rm(directory, {recursive: true, force: true})
	})
	let complaints = ''
	child.stderr.on('data', text => {
		complaints += text
	})
	const lines: string[] = []
	for await (const line of createInterface(child.stdout)) {
		const [, url] = /^Listening on (http:.+)$/.exec(line) ?? []
		if (url !== undefined) return {url, directory, lines, child}
		lines.push(line)
	}
	const [code] = await ended
	t.is(code, 1)
	throw new Error(`The example did not start: ${complaints}`)
}
