import {readdirSync, readFileSync} from 'node:fs'
import {runInNewContext} from 'node:vm'
import test from 'ava'
import {isError} from '../src/errors.js'
import {importPeer} from '../src/stores/support/peer-package.js'

test('an error of another realm is one, as those of Node are under Jest', t => {
	t.true(isError(runInNewContext('new TypeError("foreign")')))
	t.true(isError(Object.create(Error.prototype)))
	for (const value of [undefined, null, 'Error', {name: 'Error', message: 'Error'}]) t.false(isError(value))
})

test('no module asks for instanceof Error', t => {
	const asking = readdirSync('src', {recursive: true, encoding: 'utf8'})
		.filter(name => name.endsWith('.ts') && name !== 'errors.ts')
		.filter(name => readFileSync(`src/${name}`, 'utf8').includes('instanceof Error'))
	t.deepEqual(asking, [], 'use isError of src/errors.ts: Jest loads Node in another realm than the application')
})

test('a missing package is named, also when another realm reports it', async t => {
	const missing = runInNewContext(
		`Object.assign(new Error("Cannot find module 'ioredis'"), {code: 'MODULE_NOT_FOUND'})`,
	)
	await t.throwsAsync(
		importPeer('ioredis', () => Promise.reject(missing)),
		{code: 'ERR_SESSION_PACKAGE_MISSING', message: /npm install ioredis/},
	)
})
