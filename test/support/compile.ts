import {resolve} from 'node:path'
import ts from 'typescript'

const {config} = ts.readConfigFile('tsconfig.json', ts.sys.readFile)
const OPTIONS: ts.CompilerOptions = {
	...ts.parseJsonConfigFileContent({...config, include: [], files: ['src/index.ts']}, ts.sys, '.').options,
	noEmit: true,
	noUnusedLocals: false,
	baseUrl: resolve('.'),
	// the package under its own name, as an application sees it
	paths: {'koa-server-session': ['./src/index.ts'], 'koa-server-session/stores/*': ['./src/stores/*.ts']},
}

/** What the compiler says about each module, one text for each fault. The modules are one program. */
export function faultsOf(modules: Readonly<Record<string, string>>): Record<string, string[]> {
	const files = new Map(
		Object.entries(modules).map(([name, text]) => [resolve('test', `${name}.ts`), `${text}\nexport {}\n`]),
	)
	const host = ts.createCompilerHost(OPTIONS)
	const {fileExists, getSourceFile} = host
	host.fileExists = path => files.has(path) || fileExists(path)
	host.getSourceFile = (path, ...rest) => {
		const own = files.get(path)
		return own === undefined ? getSourceFile(path, ...rest) : ts.createSourceFile(path, own, rest[0])
	}
	const program = ts.createProgram([...files.keys()], OPTIONS, host)
	return Object.fromEntries(
		Object.keys(modules).map(name => {
			const source = program.getSourceFile(resolve('test', `${name}.ts`))
			const diagnostics = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
			return [name, diagnostics.map(({messageText}) => ts.flattenDiagnosticMessageText(messageText, ' '))]
		}),
	)
}
