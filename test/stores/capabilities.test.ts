import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {Keyv} from 'keyv'
import {findStores} from '../../scripts/gen-config/find-stores.js'
import {loadYaml} from '../../scripts/gen-config/load.js'
import {toSchema} from '../../scripts/gen-config/model.js'
import type {SchemaFile} from '../../scripts/gen-config/schema-file.js'
import {resolveConfig} from '../../src/config/index.js'
import type {SessionConfig} from '../../src/generated/types.js'
import {createStore} from '../../src/stores/index.js'
import {manualContext} from '../support/clock.js'

const ROOT = join(import.meta.dirname, '../..')
const yaml = readFileSync(join(ROOT, 'config-schema/session.yaml'), 'utf8')
const schema = toSchema(loadYaml('session.yaml', yaml).value as SchemaFile, findStores(join(ROOT, 'src/stores')))

/** The configurations that make the cases of a type, by the words of `when` in the schema. */
const CASES: Readonly<Record<string, SessionConfig>> = {
	'with a Keyv': {SESSION_KEYV: new Keyv()},
	'without SESSION_KEYV': {},
}

for (const {name, capabilities = []} of schema.sessionTypes) {
	for (const {when, ...declared} of capabilities) {
		test(`the store of ${name}${when === undefined ? '' : ` ${when}`} declares what the schema says`, async t => {
			const config = when === undefined ? {} : CASES[when]
			t.truthy(config, `a configuration for ${when}`)
			const store = await createStore(resolveConfig({SESSION_TYPE: name, ...config} as SessionConfig), manualContext())
			t.teardown(() => store.close())
			t.deepEqual(store.capabilities, declared)
		})
	}
}

test('the schema says of every type what its store can do, but for none and a store of the application', t => {
	const silent = schema.sessionTypes.filter(({capabilities}) => capabilities === undefined)
	t.deepEqual(
		silent.map(({name}) => name),
		['null', 'custom'],
	)
})
