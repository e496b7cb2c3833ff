import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {loadYaml} from '../../scripts/gen-config/load.js'
import {toSchema} from '../../scripts/gen-config/model.js'
import type {SchemaFile} from '../../scripts/gen-config/schema-file.js'

const ROOT = join(import.meta.dirname, '../..')

// The counter-example is a reference that names an option which the code does not read.
test('an option that is documented as available is read by the code', t => {
	const yaml = readFileSync(join(ROOT, 'config-schema/session.yaml'), 'utf8')
	const modules = readdirSync(join(ROOT, 'src/stores')).map(name => name.replace(/\.ts$/u, ''))
	const {options} = toSchema(loadYaml('session.yaml', yaml).value as SchemaFile, new Set(modules))
	const code = sources()
	const unread = options.filter(option => option.available && !new RegExp(`\\b${option.name}\\b`, 'u').test(code))
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
