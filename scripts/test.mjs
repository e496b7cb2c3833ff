/**
 * `npm test`: sets up, runs ava, and ends with one line `N passed, N failed`. Arguments go to ava, but
 * `--store NAME`, which runs the tests of one session type: those over all stores and those of its own.
 *
 * What was skipped is named at the end with the command that would make it run; in CI nothing may be skipped.
 */
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const setup = await run(process.execPath, ['scripts/setup.mjs', '--servers'])
if (setup.code !== 0) process.exit(setup.code)

const scratch = mkdtempSync(join(tmpdir(), 'koa-server-session-'))
const skipLog = join(scratch, 'skipped.jsonl')
const keeper = await startKeeper(join(scratch, 'keeper'))
const {code, output} = await run(process.execPath, ['node_modules/ava/entrypoints/cli.mjs', ...process.argv.slice(2)], {
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
