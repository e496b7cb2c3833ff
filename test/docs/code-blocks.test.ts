import {dirname, join, resolve} from 'node:path'
import test from 'ava'
import ts from 'typescript'
import {codeBlocks, PAGES, textOf} from './markdown.js'

const ROOT = resolve('.')
const OPTIONS: ts.CompilerOptions = {
	...readOptions(),
	noEmit: true,
	noUnusedLocals: false,
	noUnusedParameters: false,
	paths: {
		'koa-server-session': ['./src/index.ts'],
		'koa-server-session/stores/*': ['./src/stores/*.ts'],
		'koa-server-session/testing': ['./src/testing/index.ts'],
		redis: ['./node_modules/redis-v5/dist/index.d.ts'],
	},
	baseUrl: ROOT,
}

// parsed once: every page is a program of its own, because pages augment SessionData each in their way
const parsed = new Map<string, ts.SourceFile | undefined>()

for (const page of PAGES) {
	const blocks = codeBlocks(textOf(page)).filter(({language}) => language === 'ts')
	if (blocks.length === 0) continue
	test(`the code in ${page} compiles`, t => {
		const files = new Map(
			// a module each, in a directory of the project, so that the packages are found
			blocks.map(({line, code}) => [join(ROOT, 'docs', `block-of-line-${line}.ts`), `${code}\nexport {}\n`]),
		)
		const faults = check(files)
		t.deepEqual(faults, [], faults.join('\n'))
	})
}

test('a block that does not compile is found', t => {
	const lines = [
		"import Koa from 'koa'",
		"import {serverSession} from 'koa-server-session'",
		'const app = new Koa()',
		"app.use(serverSession(app, {SESSION_TYPE: 'rediss'}))",
		'app.use(ctx => {',
		'	ctx.body = ctx.session.noSuchKey',
		'})',
	]
	const faults = check(new Map([[join(ROOT, 'docs', 'block.ts'), lines.join('\n')]]))
	t.is(faults.length, 2)
	t.regex(faults[0] ?? '', /^line 4: .*not assignable/)
	t.regex(faults[1] ?? '', /^line 6: .*noSuchKey/)
})

test('every block of code names its language', t => {
	for (const page of PAGES) {
		for (const {language, line, code} of codeBlocks(textOf(page))) {
			const isDiagram = /^[a-z -]*--/m.test(code)
			t.true(language !== '' || isDiagram, `${page}:${line}`)
		}
	}
})

function check(files: ReadonlyMap<string, string>): string[] {
	const host = ts.createCompilerHost(OPTIONS)
	const {fileExists, readFile} = host
	host.fileExists = path => files.has(path) || fileExists(path)
	host.readFile = path => files.get(path) ?? readFile(path)
	host.getSourceFile = (path, options) => {
		const own = files.get(path)
		if (own !== undefined) return ts.createSourceFile(path, own, options)
		if (!parsed.has(path)) {
			const text = readFile(path)
			parsed.set(path, text === undefined ? undefined : ts.createSourceFile(path, text, options))
		}
		return parsed.get(path)
	}
	const program = ts.createProgram([...files.keys()], OPTIONS, host)
	return [...files.keys()].flatMap(path => {
		const source = program.getSourceFile(path)
		const diagnostics = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
		const first = Number(/line-(\d+)/.exec(path)?.[1] ?? 1)
		return diagnostics.map(({start = 0, messageText}) => {
			const line = (source?.getLineAndCharacterOfPosition(start).line ?? 0) + first
			return `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
		})
	})
}

function readOptions(): ts.CompilerOptions {
	const {config} = ts.readConfigFile('tsconfig.json', ts.sys.readFile)
	return ts.parseJsonConfigFileContent(
		{...config, include: [], files: ['src/index.ts']},
		ts.sys,
		dirname('tsconfig.json'),
	).options
}
