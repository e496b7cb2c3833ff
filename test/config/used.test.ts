import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {findStores} from '../../scripts/gen-config/find-stores.js'
import {loadYaml} from '../../scripts/gen-config/load.js'
import {toSchema} from '../../scripts/gen-config/model.js'
import type {SchemaFile} from '../../scripts/gen-config/schema-file.js'

const ROOT = join(import.meta.dirname, '../..')

// The counter-example is a reference that names an option which the code does not read.
test('an option that is documented is read by the code', t => {
	const yaml = readFileSync(join(ROOT, 'config-schema/session.yaml'), 'utf8')
	const {options} = toSchema(loadYaml('session.yaml', yaml).value as SchemaFile, findStores(join(ROOT, 'src/stores')))
	const code = sources()
	const unread = options.filter(option => !new RegExp(`\\b${option.name}\\b`, 'u').test(code))
	t.deepEqual(
		unread.map(option => option.name),
		[],
	)
})

function sources(): string {
	return readdirSync(join(ROOT, 'src'), {recursive: true, withFileTypes: true})
		.filter(entry => entry.isFile() && !/src\/(?:generated|config)$/u.test(entry.parentPath))
		.map(entry => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
		.join('\n')
}
