import test from 'ava'
import {ERROR_STATUS} from '../../src/errors.js'
import {headings, textOf} from './markdown.js'

const text = textOf('docs/errors.md')

test('docs/errors.md has one heading for each code, in order', t => {
	t.deepEqual(headings(text, '##'), Object.keys(ERROR_STATUS))
})

test('the table of docs/errors.md says the status of each code', t => {
	const rows = [...text.matchAll(/^\| \[(\w+)\]\(#(\w+)\) \| (\d+) \|$/gm)]
	t.deepEqual(
		rows.map(([, code, anchor, status]) => [code, anchor, Number(status)]),
		Object.entries(ERROR_STATUS).map(([code, status]) => [code, code.toLowerCase(), status]),
	)
})
