import test, {type ExecutionContext} from 'ava'
import type {SessionStore} from '../../src/index.js'
import {memoryStore} from '../../src/stores/memory.js'
import {deletingBlindly, extendingByRewriting, upserting, withoutRevisions} from './broken-stores.js'
import {createNode} from './client.js'
import {playAll} from './properties.js'

/** Plays over a store that is broken in one way, until a promise is broken, and tells which one. */
async function brokenPromise(t: ExecutionContext, breakStore: (store: SessionStore) => SessionStore): Promise<string> {
	t.timeout(180_000)
	const store = memoryStore()
	t.teardown(() => store.close())
	const {failed, errorInstance, numRuns, numShrinks, counterexample} = await playAll(
		t,
		[createNode(breakStore(store), 'test:')],
		2000,
	)
	if (!failed) return 'none'
	const {message} = errorInstance as Error
	const [promises = '', schedule] = message.split('\n\n')
	t.log(`found in run ${numRuns}, shrunk ${numShrinks} times: ${JSON.stringify(counterexample?.[0].tabs)}`)
	t.log(promises.replaceAll(/\b[0-9a-f]{8} /g, ''), '\n', schedule)
	return promises
}

test('with compare-and-swap switched off, the random test finds a lost write', async t => {
	t.regex(
		await brokenPromise(t, withoutRevisions),
		/last written|is lost|updates have made|was shown|removed|the session is lost/,
	)
})

test('with deletes that do not compare, the random test finds a lost write', async t => {
	t.regex(await brokenPromise(t, deletingBlindly), /last written|is lost|updates have made|the session is lost/)
})

test('with an upsert in the place of replace, the random test finds a session that has come back', async t => {
	t.regex(await brokenPromise(t, upserting), /was dead|gone|dead/)
})

test('with an extension that rewrites the data, the random test finds a lost write', async t => {
	t.regex(
		await brokenPromise(t, extendingByRewriting),
		/last written|is lost|updates have made|was dead|dead|removed|shown/,
	)
})
