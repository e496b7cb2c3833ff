import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {findStores} from '../../scripts/gen-config/find-stores.js'
import {loadYaml} from '../../scripts/gen-config/load.js'
import {toSchema} from '../../scripts/gen-config/model.js'
import type {SchemaFile} from '../../scripts/gen-config/schema-file.js'

const ROOT = join(import.meta.dirname, '../..')
const yaml = readFileSync(join(ROOT, 'config-schema/session.yaml'), 'utf8')
const schema = toSchema(loadYaml('session.yaml', yaml).value as SchemaFile, findStores(join(ROOT, 'src/stores')))
const {peerDependencies, peerDependenciesMeta} = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

for (const {name} of schema.sessionTypes.filter(({internal}) => !internal)) {
	test(`koa-server-session/stores/${name} makes the store by hand`, async t => {
		const module: Record<string, unknown> = await import(join(ROOT, 'src/stores', `${name}.ts`))
		t.is(typeof module[`${name}Store`], 'function')
	})
}

test('the peer packages are koa and those of the available session types, and these are optional', t => {
	const ofStores = [...new Set(schema.sessionTypes.flatMap(({peerPackage}) => peerPackage ?? []))]
	t.deepEqual(Object.keys(peerDependencies).sort(), ['@types/koa', 'koa', ...ofStores].sort())
	const optional = Object.fromEntries(['@types/koa', ...ofStores].map(name => [name, {optional: true}]))
	t.deepEqual(peerDependenciesMeta, optional)
})
