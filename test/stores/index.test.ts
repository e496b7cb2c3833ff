import {mkdtemp, readdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import test from 'ava'
import {Keyv} from 'keyv'
import {SessionError} from '../../src/errors.js'
import type {ResolvedConfig} from '../../src/generated/types.js'
import {fileCache} from '../../src/stores/file-cache.js'
import {createStore} from '../../src/stores/index.js'
import {memoryStore} from '../../src/stores/memory.js'
import {importPeer} from '../../src/stores/support/peer-package.js'
import {entry, manualContext} from '../support/clock.js'

const open = async (config: Partial<ResolvedConfig>) => {
	const store = await createStore(config as ResolvedConfig, manualContext())
	await store.open?.()
	return store
}

test('opens the store of the session type', async t => {
	const directory = await mkdtemp(join(tmpdir(), 'kss-files-'))
	t.teardown(() => rm(directory, {recursive: true, force: true}))
	const configurations: Partial<ResolvedConfig>[] = [
		{SESSION_TYPE: 'memory', SESSION_MEMORY_MAX_SESSIONS: 10},
		{SESSION_TYPE: 'filesystem', SESSION_FILE_DIR: directory, SESSION_FILE_THRESHOLD: 10, SESSION_FILE_MODE: 0o600},
		{SESSION_TYPE: 'keyv', SESSION_KEYV: new Keyv() as never},
		{SESSION_TYPE: 'keyv', SESSION_KEYV: fileCache({directory: join(directory, 'other')})},
		{SESSION_TYPE: 'custom', SESSION_STORE: memoryStore()},
	]
	for (const config of configurations) {
		const store = await open(config)
		t.is((await store.create('key', entry())).outcome, 'written', config.SESSION_TYPE)
		t.truthy(await store.read('key'), config.SESSION_TYPE)
		await store.close()
	}
	t.is((await readdir(directory)).length, 2)
})

test('names the types there are when there is no store', async t => {
	const store = await open({SESSION_TYPE: 'null'})
	const error = await t.throwsAsync(store.create('key', entry()), {code: 'ERR_SESSION_NULL_STORE'})
	t.regex(error?.message ?? '', /SESSION_TYPE to one of memory, keyv/)
})

test('refuses a store in SESSION_KEYV that lacks a method, and assumes the weakest of one that declares nothing', async t => {
	const {capabilities: _, ...undeclared} = memoryStore()
	const store = await open({SESSION_TYPE: 'keyv', SESSION_KEYV: undeclared as never})
	t.false(store.capabilities.atomicWrites)
	const {touch: _touch, ...incomplete} = undeclared
	await t.throwsAsync(open({SESSION_TYPE: 'keyv', SESSION_KEYV: incomplete as never}), {
		message: /SESSION_KEYV: .*touch/,
	})
	await undeclared.close()
})

test('says how to install a package that is missing', async t => {
	const name = 'a-package-that-is-not-there'
	const error = await t.throwsAsync(
		importPeer(name, () => import(name)),
		{
			instanceOf: SessionError,
			code: 'ERR_SESSION_PACKAGE_MISSING',
		},
	)
	t.regex(error?.message ?? '', /npm install a-package-that-is-not-there/)
	const other: unknown = await importPeer('other', () => import(name)).catch(error => error)
	t.like(other, {code: 'ERR_MODULE_NOT_FOUND'})
})
