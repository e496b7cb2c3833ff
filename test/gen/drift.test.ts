import {execFile} from 'node:child_process'
import {appendFile, cp, mkdtemp, readFile, rm, symlink, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import test, {type ExecutionContext} from 'ava'

const ROOT = join(import.meta.dirname, '../..')
const GENERATED = [
	'src/generated/types.ts',
	'src/generated/options.ts',
	'src/generated/stores.ts',
	'src/generated/json-schema.ts',
	'src/generated/config.schema.json',
	'docs/config-reference.md',
	'package.json',
]

test('the generated files are those of the schema', async t => {
	t.deepEqual(await gen(ROOT, '--check'), {code: 0, stderr: ''})
})

test('the check names every generated file that was edited and every stray, and the command mends it all', async t => {
	const copy = await copyOfProject(t)
	for (const path of GENERATED) await appendFile(join(copy, path), ' ')
	await writeFile(join(copy, 'README.md'), '<!-- generated:stores -->\nan edit\n<!-- /generated:stores -->\n')
	await writeFile(join(copy, 'src/generated/stray.ts'), '')
	const {code, stderr} = await gen(copy, '--check')
	t.is(code, 1)
	for (const path of [...GENERATED, 'README.md', 'src/generated/stray.ts'])
		t.true(stderr.includes(`${path} is not what`), path)
	t.regex(stderr, /npm run gen/)

	await gen(copy)
	t.deepEqual(await gen(copy, '--check'), {code: 0, stderr: ''})
})

test('a fault of the schema is reported with file and line, and nothing is written', async t => {
	const copy = await copyOfProject(t)
	const schema = join(copy, 'config-schema/session.yaml')
	const lines = (await readFile(schema, 'utf8')).split('\n')
	const line = lines.findIndex(text => text.trim() === 'default: 10000')
	lines[line] = '        default: none'
	await writeFile(schema, lines.join('\n'))
	const {code, stderr} = await gen(copy)
	t.is(code, 1)
	t.is(stderr, `config-schema/session.yaml:${line + 1}: the default of SESSION_MEMORY_MAX_SESSIONS is not an integer\n`)
	t.true((await readFile(join(copy, 'src/generated/options.ts'), 'utf8')).includes('default: 10000'))
})

async function copyOfProject(t: ExecutionContext): Promise<string> {
	const copy = await mkdtemp(join(tmpdir(), 'session-drift-'))
	t.teardown(() => rm(copy, {recursive: true}))
	for (const path of ['config-schema', 'scripts', 'src', 'docs', 'README.md', 'package.json', 'tsconfig.json'])
		await cp(join(ROOT, path), join(copy, path), {recursive: true})
	await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
	return copy
}

async function gen(directory: string, ...args: string[]): Promise<{code: number; stderr: string}> {
	try {
		const command = ['--import=tsx', 'scripts/gen-config.ts', ...args]
		const {stderr} = await promisify(execFile)(process.execPath, command, {cwd: directory})
		return {code: 0, stderr}
	} catch (error) {
		const {code, stderr} = error as {code: number; stderr: string}
		return {code, stderr}
	}
}
