import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {Ajv} from 'ajv'
import test from 'ava'
import {findMisfit, type JsonSchema} from '../../src/config/json-schema.js'
import {jsonSchema} from '../../src/generated/json-schema.js'
import {ENTRIES, misfits, plainFits} from './values.js'

// The published file, as editors check by it; the interpreter reads the module without its annotations.
const PUBLISHED = readFileSync(join(import.meta.dirname, '../../src/generated/config.schema.json'), 'utf8')
const validate = new Ajv({allErrors: true, strictTypes: false}).compile(JSON.parse(PUBLISHED))

for (const [name, {aliases}] of ENTRIES.filter(([name]) => jsonSchema.properties?.[name] !== undefined)) {
	test(`the schema takes what ${name} takes, and ajv and the interpreter agree on everything else`, t => {
		const fitting = plainFits(name)
		for (const value of [...fitting, ...misfits(name), null, 0, 17, 'x', ['x'], [1], {a: 1}, {days: 1}]) {
			for (const key of [name, ...aliases]) {
				const byAjv = validate({[key]: value})
				const byInterpreter = findMisfit({[key]: value}, jsonSchema, jsonSchema) === undefined
				t.is(byInterpreter, byAjv, `${key} ${String(value)}`)
				if (fitting.includes(value)) t.true(byAjv, `${key} ${String(value)}`)
			}
		}
	})
}

test('the schema refuses unknown names, and lets a file name its schema', t => {
	for (const [config, fits] of [
		[{SESSION_TYP: 'redis'}, false],
		[{SESSION_REDIS: 'redis://localhost', $schema: './config.schema.json'}, true],
		[{}, true],
		[[], false],
		['x', false],
	] as const) {
		t.is(validate(config), fits)
		t.is(findMisfit(config, jsonSchema, jsonSchema) === undefined, fits)
	}
})

test('a misfit is named by the way to it', t => {
	const schema: JsonSchema = {
		type: 'object',
		properties: {list: {type: 'array', items: {anyOf: [{type: 'string'}, {$ref: '#/definitions/Part'}]}}},
		definitions: {Part: {type: 'object', properties: {size: {type: 'integer'}}, additionalProperties: false}},
	}
	t.deepEqual(findMisfit({list: ['a', {size: 1.5}]}, schema, schema), {path: '.list[1].size', value: 1.5})
	t.deepEqual(findMisfit({list: ['a', {other: 1}]}, schema, schema), {path: '.list[1]', value: {other: 1}})
	t.is(findMisfit({list: ['a', {size: 1}], constructor: 1}, schema, schema), undefined)
	t.throws(() => findMisfit(1, {$ref: '#/definitions/None'}, schema), {message: /no definition None/})
})
