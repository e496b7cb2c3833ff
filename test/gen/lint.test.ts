import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {lint} from '../../scripts/gen-config/lint.js'
import {type Fault, LINT_RULES} from '../../scripts/gen-config/lint-rules.js'
import {loadYaml} from '../../scripts/gen-config/load.js'
import {MISTAKES, type Mistake} from './mistakes.js'

const GOOD = readFileSync(join(import.meta.dirname, 'good.yaml'), 'utf8')
const HAND_WRITTEN = {ruleIds: new Set(['known-rule']), storeModules: new Set(['null', 'memory'])}

test('the good schema has no faults', t => {
	t.deepEqual(faultsOf(GOOD), [])
})

test('every rule of the lint is explained in the README of the schema', t => {
	const readme = readFileSync(join(import.meta.dirname, '../../config-schema/README.md'), 'utf8')
	t.deepEqual(
		LINT_RULES.filter(rule => !readme.includes(`\`${rule}\``)),
		[],
	)
})

for (const rule of LINT_RULES) {
	test(`the lint names the line of a mistake of the kind ${rule}`, t => {
		const text = withMistake(MISTAKES[rule])
		const marked = text.split('\n').findIndex(line => line.endsWith('# fault')) + 1
		const faults = faultsOf(text)
		t.deepEqual(
			faults.map(({file, line, rule}) => ({file, line, rule})),
			[{file: 'session.yaml', line: marked, rule}],
		)
		t.regex(faults[0]?.message ?? '', /\w+ \w+/)
	})
}

test('the lint reports all faults together, by line', t => {
	const text = GOOD.replace('default: 32', 'default: 1')
		.replace('default: Lax', 'default: None')
		.replace('The kind of store.', 'no sentence')
	t.deepEqual(
		faultsOf(text).map(fault => fault.rule),
		['sentence', 'default-bounds', 'default-enum'],
	)
})

test('a key that the grammar does not have is named with its entry and the nearest key', t => {
	t.is(
		faultsOf(GOOD.replace('max: 192', 'maxx: 192'))[0]?.message,
		'groups.core.options.SESSION_ID_LENGTH.maxx is a key that the grammar does not have, the nearest is max',
	)
	t.is(faultsOf(GOOD.replace('rules:', 'foo: []\nrules:'))[0]?.message, 'foo is a key that the grammar does not have')
})

test('what is not YAML is reported once', t => {
	const faults = faultsOf(GOOD.replace('[Strict, Lax]', '[Strict, Lax'))
	t.is(faults.length, 1)
})

function withMistake(mistake: Mistake): string {
	return mistake.reduce((text, [good, bad]) => {
		if (text.split(good).length !== 2) throw new Error(`good.yaml does not have this exactly once: ${good}`)
		return text.replace(good, bad)
	}, GOOD)
}

function faultsOf(text: string): readonly Fault[] {
	const loaded = loadYaml('session.yaml', text)
	return loaded.faults.length > 0 ? loaded.faults : lint(loaded, HAND_WRITTEN)
}
