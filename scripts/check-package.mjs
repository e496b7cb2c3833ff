/**
 * Tries the package as its users get it: packs it, checks its metadata, installs it into a fresh folder with nothing
 * but koa, and uses it there with `import` and with `require`.
 */
import {execFileSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const {version} = JSON.parse(readFileSync('node_modules/koa/package.json', 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'koa-server-session-package-'))
try {
	const [{filename}] = JSON.parse(run('npm', ['pack', '--json', '--silent', '--pack-destination', folder]))
	const tarball = join(folder, filename)
	run('node_modules/.bin/publint', ['run', tarball, '--strict'])
	// require() of an ES module is what Node >= 20.19 offers, and what this rule warns of
	run('node_modules/.bin/attw', [tarball, '--ignore-rules', 'cjs-resolves-to-esm', '--profile', 'node16'])
	writeFileSync(join(folder, 'package.json'), '{"private": true}')
	run('npm', ['install', '--no-fund', '--no-audit', '--loglevel=error', tarball, `koa@${version}`], folder)
	for (const [name, lines] of Object.entries(PROGRAMS())) {
		writeFileSync(join(folder, name), lines)
		run(process.execPath, [name], folder)
		console.log(`package: ${name} works`)
	}
} finally {
	rmSync(folder, {recursive: true, force: true})
}

function PROGRAMS() {
	const use = `
const app = new Koa()
const sessions = serverSession(app, {SESSION_TYPE: 'memory'})
app.use(sessions)
app.use(ctx => {
	ctx.session.views = (ctx.session.views ?? 0) + 1
	ctx.body = String(ctx.session.views)
})
const server = app.listen(0, '127.0.0.1', async () => {
	const url = 'http://127.0.0.1:' + server.address().port
	const first = await fetch(url)
	const second = await fetch(url, {headers: {cookie: first.headers.get('set-cookie').split(';')[0]}})
	assert.equal(await second.text(), '2')
	server.close()
	await sessions.close()
	const unready = serverSession(new Koa(), {SESSION_TYPE: 'redis'})
	await assert.rejects(unready.ready(), {code: 'ERR_SESSION_PACKAGE_MISSING', message: /npm install ioredis/})
	assert.equal(typeof storeConformance, 'function')
})
`
	return {
		'import.mjs': `import assert from 'node:assert/strict'
import Koa from 'koa'
import {serverSession} from 'koa-server-session'
import {storeConformance} from 'koa-server-session/testing'
${use}`,
		'require.cjs': `const assert = require('node:assert/strict')
const Koa = require('koa')
const {serverSession} = require('koa-server-session')
const {storeConformance} = require('koa-server-session/testing')
${use}`,
	}
}

function run(program, args, cwd = '.') {
	try {
		return execFileSync(program, args, {cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']})
	} catch (error) {
		console.error(error.stdout, error.stderr)
		throw new Error(`${program} ${args[0]} failed`)
	}
}
