/** What a test server needs on the machine, and how that gets there. */

import {execFileSync} from 'node:child_process'
import {existsSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'

/** One thing that has to be there. */
export interface Need {
	isThere(): boolean
	/** The command that brings it. */
	readonly command: string
	/** The package of Debian that brings it. */
	readonly debian?: string
	/** Brings it where no package does. */
	readonly install?: () => void
}

/** Where downloads are kept, for all clones of this project: readable for everybody where root runs the tests. */
export const cache = isRoot() ? '/var/cache/koa-server-session' : join(homedir(), '.cache/koa-server-session')

/** A program, and the package of Debian that brings it. */
export function program(name: string, debian: string): Need {
	return {isThere: () => findProgram(name) !== undefined, command: `apt-get install ${debian}`, debian}
}

/** The command that brings the first need that is not there; `undefined` when all are. */
export function firstMissing(needs: readonly Need[]): string | undefined {
	return needs.find(need => !need.isThere())?.command
}

/** Where a program is: on the path, or where Debian keeps those of the system. */
export function findProgram(name: string): string | undefined {
	const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin']
	return folders.map(folder => join(folder, name)).find(existsSync)
}

/** What goes before a command that refuses to be run by root: the change to another user. */
export function as(user: string): readonly string[] {
	return isRoot() ? ['setpriv', `--reuid=${user}`, `--regid=${groupOf(user)}`, '--clear-groups'] : []
}

/** Gives a folder and all in it to the user that a command is run as. */
export function giveTo(user: string, folder: string): void {
	if (isRoot()) execFileSync('chown', ['-R', `${user}:${groupOf(user)}`, folder])
}

function groupOf(user: string): string {
	return execFileSync('id', ['-g', user], {encoding: 'utf8'}).trim()
}

function isRoot(): boolean {
	return process.getuid?.() === 0
}
