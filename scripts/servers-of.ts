import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import type {TestServer} from '../test/support/servers/server.js'

const SUPPORT = resolve('test/support')

/** The servers that test files or folders of them need: those that they import, by however many steps. */
export async function serversOf(paths: readonly string[]): Promise<readonly TestServer[]> {
	const reached = new Set((paths.length > 0 ? paths : ['test']).flatMap(filesIn))
	for (const file of reached) for (const next of importsOf(file)) reached.add(next)
	const modules = [...reached].filter(file => dirname(file) === join(SUPPORT, 'servers'))
	const exported = await Promise.all(modules.map(async file => Object.values<unknown>(await import(file))))
	return exported.flat().filter(isServer)
}

/** The test files at a path as ava takes it; all of them for a pattern, which only ava can read. */
function filesIn(path: string): string[] {
	if (!existsSync(path)) return filesIn('test')
	if (statSync(path).isFile()) return [resolve(path)]
	return readdirSync(path, {recursive: true, encoding: 'utf8'})
		.filter(name => name.endsWith('.test.ts'))
		.map(name => resolve(path, name))
}

function importsOf(file: string): string[] {
	// these are imported by name, at run time
	if (file === join(SUPPORT, 'store-harnesses.ts')) return harnessFiles()
	return [...readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)\.js'/g)]
		.map(([, path]) => resolve(dirname(file), `${path}.ts`))
		.filter(existsSync)
}

function harnessFiles(): string[] {
	const chosen = process.env.KSS_STORE
	const files = readdirSync(join(SUPPORT, 'harnesses'))
	return files
		.filter(name => chosen === undefined || name === `${chosen}.ts`)
		.map(name => join(SUPPORT, 'harnesses', name))
}

function isServer(value: unknown): value is TestServer {
	return typeof value === 'object' && value !== null && 'needs' in value && 'start' in value
}
