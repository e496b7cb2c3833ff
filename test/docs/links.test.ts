import {existsSync} from 'node:fs'
import {dirname, join, normalize} from 'node:path'
import test from 'ava'
import {anchors, PAGES, prose, textOf} from './markdown.js'

for (const page of PAGES) {
	test(`every relative link in ${page} leads somewhere`, t => {
		for (const link of linksOf(page)) {
			const [path = '', anchor] = link.split('#')
			const target = path === '' ? page : normalize(join(dirname(page), path))
			t.true(existsSync(target), `${link}: there is no ${target}`)
			if (anchor !== undefined && target.endsWith('.md') && existsSync(target)) {
				t.true(anchors(textOf(target)).has(anchor), `${link}: ${target} has no such heading`)
			}
		}
		t.pass()
	})
}

test('every page in docs can be reached from the README', t => {
	const reached = new Set(['README.md'])
	for (const page of reached) {
		for (const link of linksOf(page)) {
			const target = normalize(join(dirname(page), link.split('#')[0] ?? ''))
			if (target.endsWith('.md') && existsSync(target)) reached.add(target)
		}
	}
	t.deepEqual(
		PAGES.filter(page => !reached.has(page)),
		[],
	)
})

function linksOf(page: string): string[] {
	const links = prose(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)
	return [...links].map(([, link = '']) => link).filter(link => !/^[a-z]+:/.test(link))
}
