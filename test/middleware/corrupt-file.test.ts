import {mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import test from 'ava'
import {fileCache} from '../../src/stores/file-cache.js'
import {put, site} from '../support/served-site.js'

for (const [policy, status, body] of [
	['throw', 500, 'Internal Server Error'],
	['discard', 200, 'nothing'],
] as const) {
	test(`a damaged session file is answered as SESSION_ON_CORRUPT ${policy} says, and left alone`, async t => {
		const directory = mkdtempSync(join(tmpdir(), 'kss-corrupt-'))
		t.teardown(() => rmSync(directory, {recursive: true, force: true}))
		const {visitor} = await site(t, {
			ownStore: true,
			config: {SESSION_TYPE: 'keyv', SESSION_KEYV: fileCache({directory}), SESSION_ON_CORRUPT: policy},
			routes: {
				'/set': ctx => put(ctx.session, {a: 1}),
				'/get': ctx => ctx.session.a ?? 'nothing',
			},
		})
		const ada = visitor()
		await ada('/set')
		const [name = ''] = readdirSync(directory)
		writeFileSync(join(directory, name), 'damaged')
		// its time is when it expires
		utimesSync(join(directory, name), 0, Date.now() / 1000 + 3600)
		const answer = await ada('/get')
		t.deepEqual([answer.status, answer.body, answer.setCookie], [status, body, []])
		t.deepEqual(readdirSync(directory), [name])
	})
}
