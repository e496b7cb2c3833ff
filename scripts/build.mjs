/**
 * `npm run build`: compiles src/ to dist/, as CommonJS, because everything loads it: Node by `import` and by `require`,
 * Jest, ts-node, bundlers, Bun and Deno. As there is one build, there is one of each class and one `SessionData`,
 * however a process loads it.
 */
import {execFileSync} from 'node:child_process'
import {copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import ts from 'typescript'

rmSync('dist', {recursive: true, force: true})
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {stdio: 'inherit'})
for (const name of modules()) writeCommonJs(name)
writeFileSync('dist/package.json', '{"type": "commonjs"}\n')
copyFileSync('src/generated/config.schema.json', 'dist/config.schema.json')

/** The modules of src/, without their ending; in `.d.ts` files are types alone. */
function modules() {
	const files = readdirSync('src', {recursive: true, encoding: 'utf8'})
	return files.filter(file => /(?<!\.d)\.ts$/.test(file)).map(file => file.slice(0, -'.ts'.length))
}

/** Compiles one module, whose types have been checked; `.cts` is how TypeScript is told that it becomes CommonJS. */
function writeCommonJs(name) {
	const {outputText} = ts.transpileModule(readFileSync(`src/${name}.ts`, 'utf8'), {
		fileName: `${name}.cts`,
		compilerOptions: {module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, isolatedModules: true},
	})
	if (outputText.includes('import.meta')) {
		throw new Error(`src/${name}.ts uses import.meta, which CommonJS has not. A JSON file can be imported as a module.`)
	}
	writeFileSync(`dist/${name}.js`, requireLate(outputText))
}

/**
 * Turns `import('name')` into a late `require`, because Jest has no `import()` in CommonJS. Bundlers take a `require` in
 * a `try` for a package that need not be installed. An `import()` of anything but a literal stays what it is.
 */
function requireLate(javascript) {
	return javascript.replaceAll(
		/\bimport\(('[^']+')\)/g,
		'Promise.resolve().then(() => { try { return require($1) } catch (error) { throw error } })',
	)
}
