import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {generate, type Sources} from '../../scripts/gen-config/pipeline.js'
import {ruleChecks} from '../../src/config/rules.js'

const YAML = readFileSync(join(import.meta.dirname, '../../config-schema/session.yaml'), 'utf8')
const PAGE = 'Before.\n<!-- generated:stores -->\n<!-- /generated:stores -->\nAfter.\n'

test('the same schema makes the same files', t => {
	t.deepEqual(run({}), run({}))
})

test('a changed default shows in every output for people and in the table', t => {
	const before = run({})
	const after = run({yaml: YAML.replace('default: 10000\n', 'default: 4321\n')})
	t.deepEqual(changed(before, after), [
		'docs/config-reference.md',
		'src/generated/config.schema.json',
		'src/generated/options.ts',
		'src/generated/types.ts',
	])
	t.regex(after.get('src/generated/types.ts') ?? '', /@default 4321/)
	t.regex(after.get('src/generated/options.ts') ?? '', /default: 4321/)
	t.regex(after.get('docs/config-reference.md') ?? '', /\| Default \| `4321` \|/)
	t.is(jsonSchema(after).properties.SESSION_MEMORY_MAX_SESSIONS?.default, 4321)
})

test('a changed bound shows in the check, the JSON Schema, the doc comment and the reference', t => {
	const after = run({yaml: YAML.replace('max: 192', 'max: 100')})
	t.is(jsonSchema(after).properties.SESSION_ID_LENGTH?.maximum, 100)
	t.regex(after.get('src/generated/json-schema.ts') ?? '', /maximum: 100\b/)
	t.notRegex(after.get('src/generated/types.ts') ?? '', /@maximum/)
	for (const path of ['src/generated/types.ts', 'src/generated/options.ts', 'docs/config-reference.md'])
		t.regex(after.get(path) ?? '', /an integer from 16 to 100/, path)
})

test('a new option shows in the types, the table, the JSON Schema and the reference', t => {
	const entry = `      SESSION_PIPELINE_TEST:
        type: duration
        default: 7s
        aliases: [SESSION_SAMPLE]
        summary: How long an example takes.
        since: 0.1.0
      SESSION_PERMANENT:
`
	const after = run({yaml: YAML.replace('      SESSION_PERMANENT:\n', entry)})
	const types = after.get('src/generated/types.ts') ?? ''
	t.regex(types, /\tSESSION_PIPELINE_TEST\?: number \| DurationString \| DurationParts \| undefined\n/)
	t.regex(types, /\tSESSION_SAMPLE\?: number \| DurationString \| DurationParts \| undefined\n/)
	t.regex(types, /\treadonly SESSION_PIPELINE_TEST: number\n/)
	t.regex(after.get('src/generated/options.ts') ?? '', /\tSESSION_PIPELINE_TEST: \{\n\t\ttype: 'duration'/)
	t.is(jsonSchema(after).properties.SESSION_PIPELINE_TEST?.default, '7s')
	t.is(jsonSchema(after).properties.SESSION_SAMPLE?.default, '7s')
	t.regex(after.get('docs/config-reference.md') ?? '', /### SESSION_PIPELINE_TEST\n\nHow long an example takes\./)
})

test('a deprecation is one text in the doc comment, the table, the JSON Schema and the reference', t => {
	const text = 'SESSION_LAZY is deprecated since 0.1.0 and will be removed in 0.2.0. Use SESSION_TYPE instead.'
	const after = run({
		yaml: YAML.replace(
			'      SESSION_LAZY:\n',
			`      SESSION_LAZY:\n        deprecation: {since: 0.1.0, removal: 0.2.0, replacement: SESSION_TYPE}\n`,
		),
	})
	t.true(after.get('src/generated/types.ts')?.includes(`* @deprecated ${text}\n`))
	t.true(after.get('src/generated/options.ts')?.includes(`text: '${text}'`))
	t.true(after.get('docs/config-reference.md')?.includes(`> ${text}\n`))
	t.true(jsonSchema(after).properties.SESSION_LAZY?.description?.includes(text))
	t.true(jsonSchema(after).properties.SESSION_LAZY?.deprecated)
})

test('a session type without its store is left out everywhere, with its options, and named as planned', t => {
	const before = run({storeModules: new Set(['null'])})
	for (const [path, text] of before) if (path !== 'README.md') t.notRegex(text, /SESSION_REDIS|stores\/redis/, path)
	t.regex(before.get('src/generated/options.ts') ?? '', /plannedTypes: [^=]*= \[[^\]]*'redis'/)
	t.regex(before.get('README.md') ?? '', /^Planned: .*`redis`/m)

	const after = run({storeModules: new Set(['null', 'redis'])})
	t.regex(after.get('src/generated/stores.ts') ?? '', /load: \(\) => import\('\.\.\/stores\/redis\.js'\)/)
	t.regex(after.get('README.md') ?? '', /\| `redis` \| A single Redis/)
	t.regex(section(after, 'SESSION_REDIS'), /Session types \| `redis` \|/)
})

test('each store that is not internal is a subpath of the package, with the conditions of ./testing', t => {
	const conditions = (path: string) => ({require: {types: `./dist/${path}.d.cts`}, default: `./dist/${path}.js`})
	const packageJson = JSON.stringify({
		name: 'a-package',
		exports: {
			'.': './dist/index.js',
			'./stores/gone': './x.js',
			'./testing': conditions('testing/index'),
			'./end': './e.js',
		},
	})
	const after = run({packageJson}).get('package.json') ?? ''
	t.deepEqual(JSON.parse(after), {
		name: 'a-package',
		exports: {
			'.': './dist/index.js',
			'./testing': conditions('testing/index'),
			'./stores/memory': conditions('stores/memory'),
			'./stores/redis': conditions('stores/redis'),
			'./end': './e.js',
		},
	})
})

test('a page keeps everything outside its markers', t => {
	t.regex(
		run({}).get('README.md') ?? '',
		/^Before\.\n<!-- generated:stores -->\n\|[\s\S]*\n<!-- \/generated:stores -->\nAfter\.\n$/,
	)
})

test('links in a table lead to the reference from where the page is', t => {
	const files = run({pages: new Map([['docs/page.md', PAGE]])})
	t.regex(files.get('docs/page.md') ?? '', /\]\(config-reference\.md#session_redis\)/)
})

test('a marker for a table that does not exist is reported with its line', t => {
	const pages = new Map([['docs/page.md', PAGE.replaceAll('stores', 'nothing')]])
	t.deepEqual(faultsOf({pages}), ['docs/page.md:2: it asks for a generated table nothing, and there is none'])
})

test('a page without the markers of its table is reported', t => {
	const pages = new Map([['README.md', PAGE.replaceAll('<!-- generated:stores -->', '')]])
	const markers = '<!-- generated:stores --> and <!-- /generated:stores -->'
	t.deepEqual(faultsOf({pages}), [`README.md:1: it has lost the markers ${markers}`])
})

test('nothing is generated from a schema with faults', t => {
	const generated = generate({...sources(), yaml: YAML.replace('default: 10000\n', 'default: 0\n')})
	t.true('faults' in generated)
})

function faultsOf(changes: Partial<Sources>): string[] {
	const generated = generate({...sources(), ...changes})
	return 'faults' in generated ? generated.faults.map(({file, line, message}) => `${file}:${line}: ${message}`) : []
}

function sources(): Sources {
	return {
		file: 'session.yaml',
		yaml: YAML,
		storeModules: new Set(['null', 'memory', 'redis']),
		ruleIds: new Set(Object.keys(ruleChecks)),
		packageJson: '{"exports": {"./testing": "./dist/testing/index.js"}}',
		pages: new Map([['README.md', PAGE]]),
	}
}

function run(changes: Partial<Sources>): ReadonlyMap<string, string> {
	const generated = generate({...sources(), ...changes})
	if ('faults' in generated) throw new Error(JSON.stringify(generated.faults))
	return generated.files
}

function changed(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
	return [...after.keys()].filter(path => before.get(path) !== after.get(path)).sort()
}

function section(files: ReadonlyMap<string, string>, option: string): string {
	return (
		files
			.get('docs/config-reference.md')
			?.split('### ')
			.find(part => part.startsWith(`${option}\n`)) ?? ''
	)
}

interface Property {
	readonly default?: unknown
	readonly maximum?: number
	readonly description?: string
	readonly deprecated?: boolean
}

function jsonSchema(files: ReadonlyMap<string, string>): {properties: Record<string, Property>} {
	return JSON.parse(files.get('src/generated/config.schema.json') ?? '')
}
