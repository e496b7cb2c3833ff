import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import test from 'ava'
import {ERROR_STATUS} from '../../src/errors.js'
import {headings, textOf} from './markdown.js'

const text = textOf('docs/errors.md')

test('docs/errors.md has one heading for each code, in order, and one for the warnings', t => {
	t.deepEqual(headings(text, '##'), [...Object.keys(ERROR_STATUS), 'Warnings'])
})

test('the table of warnings has every code that the package gives', t => {
	const files = readdirSync('src', {recursive: true, encoding: 'utf8'}).filter(file => file.endsWith('.ts'))
	const code = files.map(file => textOf(join('src', file))).join('\n')
	const given = [...code.matchAll(/'(KSS_\w+)'/g)].map(([, name = '']) => name.replace(/^KSS_DEP_.*/, 'KSS_DEP_*'))
	const listed = [...text.matchAll(/^\| `(KSS_[\w*]+)` \|/gm)].map(([, name = '']) => name)
	t.deepEqual(listed.sort(), [...new Set(given)].sort())
})

test('the table of docs/errors.md says the status of each code', t => {
	const rows = [...text.matchAll(/^\| \[(\w+)\]\(#(\w+)\) \| (\d+) \|$/gm)]
	t.deepEqual(
		rows.map(([, code, anchor, status]) => [code, anchor, Number(status)]),
		Object.entries(ERROR_STATUS).map(([code, status]) => [code, code.toLowerCase(), status]),
	)
})
