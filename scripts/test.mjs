/**
 * `npm test`: sets up, runs ava, and ends with one line `N passed, N failed`. What was skipped is named at the end with
 * the command that would make it run; in CI nothing may be skipped.
 *
 * - `--store NAME` runs the tests of one session type: those over all stores, and its own.
 * - `--no-install` installs no servers.
 * - Everything else goes to ava, for example the names of test files.
 */
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const {store, install, args} = choices(process.argv.slice(2))
if (store !== undefined) process.env.KSS_STORE = store

await setUp('scripts/setup.mjs')
if (install) await setUp('--import=tsx', 'scripts/setup-servers.ts', ...args.filter(arg => !arg.startsWith('-')))

const scratch = mkdtempSync(join(tmpdir(), 'koa-server-session-'))
const skipLog = join(scratch, 'skipped.jsonl')
const keeper = await startKeeper(join(scratch, 'keeper'))
const {code, output} = await run(process.execPath, ['node_modules/ava/entrypoints/cli.mjs', ...args], {
	KSS_SKIP_LOG: skipLog,
	KSS_KEEPER: keeper.path,
})
keeper.end()
const skipped = existsSync(skipLog)
	? readFileSync(skipLog, 'utf8')
			.trim()
			.split('\n')
			.map(line => JSON.parse(line))
	: []
rmSync(scratch, {recursive: true})

for (const {group, install} of skipped) console.log(`skipped: ${group} (to run it: ${install})`)
const failed = count('tests? failed') + count('hooks? failed') + count('uncaught exceptions?')
const total = count('tests? skipped')
const passed = output.match(/^\s*✔ /gmu)?.length ?? 0
console.log(`${passed} passed, ${failed} failed${total > 0 ? `, ${total} skipped` : ''}`)
const refused = process.env.CI !== undefined && (skipped.length > 0 || total > 0)
if (refused) console.log('In CI nothing may be skipped.')
process.exitCode = code === 0 && refused ? 1 : code

/** What the arguments ask for. */
function choices(given) {
	const args = given.filter(arg => arg !== '--no-install')
	const install = args.length === given.length
	const at = args.indexOf('--store')
	if (at < 0) return {install, args}
	const [, store] = args.splice(at, 2)
	return {install, store, args: [...args, ...filesOf(store)]}
}

/** The test files that concern one session type. */
function filesOf(store) {
	const files = readdirSync('test', {recursive: true}).map(file => join('test', file))
	if (!files.includes(join('test/support/harnesses', `${store}.ts`))) {
		console.error(`--store ${store}: there is no test/support/harnesses/${store}.ts`)
		process.exit(1)
	}
	const own = new RegExp(`^test/stores/${store}(-[^/]+)?\\.test\\.ts$`)
	const overAll = file => file.endsWith('.test.ts') && readFileSync(file, 'utf8').includes('/store-harnesses.js')
	return files.filter(file => own.test(file) || overAll(file))
}

async function setUp(...args) {
	const {code} = await run(process.execPath, args)
	if (code !== 0) process.exit(code)
}

/** Starts what keeps the servers that test files share. It ends with this process, and they with it. */
async function startKeeper(path) {
	const child = spawn(process.execPath, ['--import=tsx', 'test/support/servers/keeper.ts', path], {
		stdio: ['pipe', 'pipe', 'inherit'],
	})
	await once(child.stdout, 'data')
	return {path, end: () => child.stdin.end()}
}

/** The number in one of the closing lines of ava. */
function count(what) {
	const matches = [...output.matchAll(new RegExp(`^\\s*(\\d+) ${what}$`, 'gm'))]
	return Number(matches.at(-1)?.[1] ?? 0)
}

function run(program, args, env = {}) {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, {stdio: ['ignore', 'pipe', 'inherit'], env: {...process.env, ...env}})
		let output = ''
		child.stdout.on('data', chunk => {
			process.stdout.write(chunk)
			output += chunk
		})
		child.on('error', reject)
		child.on('close', code => resolve({code: code ?? 1, output}))
	})
}
