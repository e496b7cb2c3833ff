/** What a test server is, and how tests that need one are declared. */

import {appendFileSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {ExecutionContext, TestFn} from 'ava'
import {until} from '../until.js'
import {firstMissing, type Need} from './needs.js'
import {freePort} from './ports.js'
import {type RunningProcess, startProcess} from './process.js'

/** One kind of real server: every file of this folder that is named after a server exports one. */
export interface TestServer {
	readonly name: string
	/** The environment variable that names a server for the tests that only need one and do not stop it: a URL. */
	readonly variable: string
	/** What it needs on the machine; scripts/setup-servers.ts brings what is missing. */
	readonly needs: readonly Need[]
	/** Starts one on a free port of the loopback interface, with data that are thrown away. */
	start(): Promise<RunningServer>
}

/** A server of the tests' own. */
export interface RunningServer {
	readonly url: string
	readonly port: number
	/** The process id; it changes with `restart`. */
	readonly pid: number
	/** Its data. */
	readonly directory: string
	/** Stops it from answering (SIGSTOP), until `resume`. */
	pause(): void
	resume(): void
	/** Ends it without warning. */
	kill(): Promise<void>
	/** Starts it again on the same port, after `kill`. */
	restart(): Promise<void>
	/** Ends it and removes its data. */
	stop(): Promise<void>
}

/** Where a server runs. */
export interface Place {
	readonly port: number
	readonly directory: string
}

/** How {@link startServer} starts a program that serves one port. */
export interface Recipe {
	/** Fills the directory, once. */
	prepare?(place: Place): void | Promise<void>
	/** The program and its arguments. */
	command(place: Place): readonly string[]
	readonly env?: (place: Place) => Readonly<Record<string, string>>
	/** Whether it is ready to serve. */
	isReady(place: Place, output: string): boolean | Promise<boolean>
	/** How clients reach it. */
	url(place: Place): string
	/** How long it may take to be ready. @default 60 s */
	readonly withinMs?: number
}

/** Starts a server and waits until it is ready. */
export async function startServer({withinMs = 60_000, ...recipe}: Recipe): Promise<RunningServer> {
	const directory = mkdtempSync(join(tmpdir(), 'kss-server-'))
	const place = {directory, port: await freePort()}
	await recipe.prepare?.(place)
	let running = await start()

	async function start(): Promise<RunningProcess> {
		const command = recipe.command(place)
		const started = await startProcess({command, directory, env: recipe.env?.(place) ?? {}})
		const isReady = () => {
			if (started.hasEnded()) throw new Error(`${command[0]} ended at once: ${started.output()}`)
			return recipe.isReady(place, started.output())
		}
		await until(isReady, `${command[0]} was not ready`, withinMs)
		return started
	}

	return {
		url: recipe.url(place),
		...place,
		get pid() {
			return running.pid
		},
		pause: () => running.signal('SIGSTOP'),
		resume: () => running.signal('SIGCONT'),
		kill: () => running.end(),
		async restart() {
			running = await start()
		},
		async stop() {
			await running.end()
			rmSync(directory, {recursive: true, force: true})
		},
	}
}

/** Starts a server that ends with the test. */
export async function startFor<S extends RunningServer>(
	t: Pick<ExecutionContext, 'teardown'>,
	server: {start(): Promise<S>},
): Promise<S> {
	const running = await server.start()
	t.teardown(() => running.stop())
	return running
}

/** How the tests of a group are declared. */
export interface GroupOptions {
	/** What the report of a skip names. @default the name of the server */
	readonly group?: string
	/** The tests stop, watch or flush the server: one that was given will not do. */
	readonly own?: boolean
}

/**
 * The `test` to use for what needs `server`: the one given, or one that skips by name and records it. Where CI is set,
 * a missing server is a failure.
 */
export function testWith(test: TestFn, server: TestServer | undefined, {group, own = false}: GroupOptions = {}) {
	const install =
		server === undefined || (!own && process.env[server.variable]) ? undefined : firstMissing(server.needs)
	let recorded = false
	return (title: string, run: (t: ExecutionContext) => void | Promise<void>): void => {
		if (install === undefined) {
			test(title, run)
			return
		}
		const reason = `${server?.name} is missing: ${install}`
		if (process.env.CI) {
			test(title, t => t.fail(reason))
			return
		}
		if (!recorded) recordSkip(group ?? server?.name ?? '', install)
		recorded = true
		test.skip(`${title} (${reason})`, run)
	}
}

/** Says, for the end of the run, that a group of tests was skipped, and what would make it run. */
export function recordSkip(group: string, install: string): void {
	const log = process.env.KSS_SKIP_LOG
	if (log) appendFileSync(log, `${JSON.stringify({group, install})}\n`)
}
