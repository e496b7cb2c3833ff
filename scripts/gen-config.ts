/**
 * `npm run gen` writes everything that follows from `config-schema/session.yaml`; `npm run gen -- --check` compares,
 * and fails when a file differs.
 */

import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {ruleChecks} from '../src/config/rules.js'
import {findStores} from './gen-config/find-stores.js'
import {generate, type Sources} from './gen-config/pipeline.js'

const ROOT = join(import.meta.dirname, '..')

const generated = generate(readSources())
if ('faults' in generated) {
	for (const {file, line, message} of generated.faults) console.error(`${file}:${line}: ${message}`)
	process.exitCode = 1
} else {
	const changed = [...generated.files].filter(([path, text]) => readIfThere(path) !== text)
	const strays = findStrays(generated.files)
	if (process.argv.includes('--check')) report([...changed.map(([path]) => path), ...strays])
	else {
		for (const [path, text] of changed) write(path, text)
		for (const path of strays) remove(path)
	}
}

function readSources(): Sources {
	const file = 'config-schema/session.yaml'
	const docs = readdirSync(join(ROOT, 'docs'))
		.filter(name => name.endsWith('.md'))
		.map(name => `docs/${name}`)
	return {
		file,
		yaml: readFileSync(join(ROOT, file), 'utf8'),
		storeModules: findStores(join(ROOT, 'src/stores')),
		ruleIds: new Set(Object.keys(ruleChecks)),
		packageJson: readFileSync(join(ROOT, 'package.json'), 'utf8'),
		pages: new Map(['README.md', ...docs].map(path => [path, readFileSync(join(ROOT, path), 'utf8')])),
	}
}

/** What lies among the generated files and is not one of them: no hand-written file has its place there. */
function findStrays(files: ReadonlyMap<string, string>): string[] {
	const there = readdirSync(join(ROOT, 'src/generated')).map(name => `src/generated/${name}`)
	return there.filter(path => !files.has(path))
}

function report(paths: readonly string[]): void {
	if (paths.length === 0) return
	for (const path of paths) console.error(`${path} is not what config-schema/session.yaml makes it`)
	console.error('Run `npm run gen` and commit the result.')
	process.exitCode = 1
}

function readIfThere(path: string): string | undefined {
	try {
		return readFileSync(join(ROOT, path), 'utf8')
	} catch {
		return undefined
	}
}

function write(path: string, text: string): void {
	mkdirSync(dirname(join(ROOT, path)), {recursive: true})
	writeFileSync(join(ROOT, path), text)
	console.log(`wrote ${path}`)
}

function remove(path: string): void {
	rmSync(join(ROOT, path), {recursive: true})
	console.log(`removed ${path}`)
}
