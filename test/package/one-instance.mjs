/** `import` and `require` give the same functions and classes, from every entry point. */
import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {createRequire} from 'node:module'

const require = createRequire(import.meta.url)
const {exports} = JSON.parse(readFileSync(require.resolve('koa-server-session/package.json'), 'utf8'))
for (const [path, entry] of Object.entries(exports)) {
	if (entry.import === undefined) continue
	const name = `koa-server-session${path.slice(1)}`
	const required = require(name)
	const imported = await import(name)
	assert.deepEqual(Object.keys(imported).sort(), Object.keys(required).sort(), name)
	for (const key of Object.keys(required)) assert.equal(imported[key], required[key], `${name}: ${key}`)
}
