import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {lint} from '../../scripts/gen-config/lint.js'
import {LINT_RULES} from '../../scripts/gen-config/lint-rules.js'
import {type Fault, loadYaml} from '../../scripts/gen-config/load.js'

// Each fixture is the good schema with one mistake, named like the rule and marked `# fault` on its line.
const FIXTURES = join(import.meta.dirname, 'fixtures')
const RULE_IDS = new Set(['known-rule'])

test('the good schema has no faults', t => {
	t.deepEqual(faultsOf(read('good')), [])
})

test('every rule of the lint has a fixture and is explained in the README of the schema', t => {
	const fixtures = readdirSync(FIXTURES).map(name => name.replace('.yaml', ''))
	t.deepEqual([...fixtures, 'yaml'].sort(), ['good', ...LINT_RULES].sort())
	const readme = readFileSync(join(FIXTURES, '../../../config-schema/README.md'), 'utf8')
	t.deepEqual(
		LINT_RULES.filter(rule => !readme.includes(`\`${rule}\``)),
		[],
	)
})

for (const rule of LINT_RULES) {
	test(`the lint names the line of a mistake of the kind ${rule}`, t => {
		// A file that is not YAML would stop the formatter too.
		const text = rule === 'yaml' ? read('good').replace('foreignNames: []', 'foreignNames: [}  # fault') : read(rule)
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
	const text = read('good')
		.replace('default: 32', 'default: 1')
		.replace('default: Lax', 'default: None')
		.replace('The kind of store.', 'no sentence')
	t.deepEqual(
		faultsOf(text).map(fault => fault.rule),
		['sentence', 'default-bounds', 'default-enum'],
	)
})

function read(name: string): string {
	return readFileSync(join(FIXTURES, `${name}.yaml`), 'utf8')
}

function faultsOf(text: string): readonly Fault[] {
	const loaded = loadYaml('session.yaml', text)
	return loaded.faults.length > 0 ? loaded.faults : lint(loaded, RULE_IDS)
}
