/**
 * `npm run check:package`: tries the package as its users get it. Packs it, checks its size and metadata, installs it
 * into a copy of test/package, and uses it there with everything that loads JavaScript or its types.
 */
import {execFileSync, spawnSync} from 'node:child_process'
import {copyFileSync, cpSync, mkdtempSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const PACKED_BYTES = 250_000
const UNPACKED_BYTES = 1_000_000
/** `--module` and `--moduleResolution` of TypeScript, with the files of test/package/types that they can compile. */
const RESOLUTIONS = [
	{compiler: 'typescript', module: 'commonjs', resolution: 'node10', files: /^app\.ts$/},
	...['typescript', 'typescript-7'].flatMap(compiler => [
		{compiler, module: 'node16', resolution: 'node16', files: /.*/},
		{compiler, module: 'nodenext', resolution: 'nodenext', files: /.*/},
		{compiler, module: 'esnext', resolution: 'bundler', files: /^app\.m?ts$/},
	]),
]

const project = mkdtempSync(join(tmpdir(), 'koa-server-session-package-'))
try {
	const tarball = pack()
	checkMetadata(tarball)
	cpSync('test/package', project, {recursive: true})
	copyFileSync(join(project, 'types/app.ts'), join(project, 'types/app.mts'))
	install([])
	install(['--no-save', tarball])

	for (const file of ['import.mjs', 'require.cjs', 'one-instance.mjs', 'missing-peer.cjs']) works('node', file)
	works('ts-node', 'ts-node/app.ts')
	works('jest', '--rootDir', 'jest')
	for (const each of RESOLUTIONS) compiles(each)
	for (const file of ['import.mjs', 'require.cjs', 'missing-peer.cjs']) worksOnOtherRuntimes(file)
	for (const file of ['require.cjs', 'missing-peer.cjs']) worksBundled(file)

	install(['--no-save', tarball, 'ioredis@5'])
	works('node', 'loaded-peer.cjs')
	worksOnOtherRuntimes('loaded-peer.cjs')
	worksBundled('loaded-peer.cjs')
} finally {
	rmSync(project, {recursive: true, force: true})
}

function pack() {
	const [{filename, size, unpackedSize}] = JSON.parse(
		run('npm', ['pack', '--json', '--silent', '--pack-destination', project], '.'),
	)
	say(`${size} bytes packed, ${unpackedSize} bytes unpacked`)
	if (size > PACKED_BYTES) throw new Error(`The package may have ${PACKED_BYTES} bytes packed.`)
	if (unpackedSize > UNPACKED_BYTES) throw new Error(`The package may have ${UNPACKED_BYTES} bytes unpacked.`)
	return join(project, filename)
}

function checkMetadata(tarball) {
	run('node_modules/.bin/publint', ['run', tarball, '--strict'], '.')
	run('node_modules/.bin/attw', [tarball, '--exclude-entrypoints', './config.schema.json'], '.')
	say('publint and attw find nothing')
}

function install(args) {
	run('npm', [
		'install',
		'--no-fund',
		'--no-audit',
		'--no-package-lock',
		'--ignore-scripts',
		'--loglevel=error',
		...args,
	])
}

function works(program, ...args) {
	const path = program === 'node' ? process.execPath : join(project, 'node_modules/.bin', program)
	run(path, args)
	say(`${program} ${args.join(' ')}`)
}

/** Bun and Deno, whose programs npm installs as packages of their own for each platform. */
function worksOnOtherRuntimes(file) {
	run(installed('@oven', 'bin/bun'), [file])
	say(`bun ${file}`)
	run(installed('@deno', 'deno'), ['run', '--allow-all', file])
	say(`deno ${file}`)
}

/** A program in the package that npm has chosen for this platform, out of those of a scope. */
function installed(scope, program) {
	const packages = readdirSync(join(project, 'node_modules', scope))
	const path = packages.map(name => join(project, 'node_modules', scope, name, program)).find(runs)
	if (path === undefined) throw new Error(`None of ${scope}/{${packages.join(', ')}} runs here.`)
	return path
}

function runs(program) {
	return spawnSync(program, ['--version'], {stdio: 'ignore'}).status === 0
}

function worksBundled(file) {
	run(join(project, 'node_modules/.bin/esbuild'), [
		file,
		'--bundle',
		'--platform=node',
		'--outfile=bundled.cjs',
		'--log-level=warning',
	])
	run(process.execPath, ['bundled.cjs'])
	say(`esbuild --bundle ${file}`)
}

function compiles({compiler, module, resolution, files}) {
	const sources = readdirSync(join(project, 'types')).filter(name => files.test(name))
	const options = ['--noEmit', '--strict', '--target', 'es2022', '--types', 'node']
	const tsc = join(project, 'node_modules', compiler, 'bin/tsc')
	run(
		process.execPath,
		[tsc, ...options, '--module', module, '--moduleResolution', resolution, ...sources],
		join(project, 'types'),
	)
	say(`${compiler} --module ${module} --moduleResolution ${resolution}`)
}

function say(what) {
	console.log(`package: ${what}`)
}

function run(program, args, cwd = project) {
	try {
		return execFileSync(program, args, {cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']})
	} catch (error) {
		console.error(error.stdout, error.stderr)
		throw new Error(`${program} ${args.join(' ')} failed`)
	}
}
