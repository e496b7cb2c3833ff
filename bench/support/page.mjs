import {readFileSync, writeFileSync} from 'node:fs'

/** Puts `text` between `<!-- measured:<name> -->` and `<!-- /measured:<name> -->` in a page of the documentation. */
export function writeBetweenMarkers(path, name, text) {
	const file = new URL(`../../${path}`, import.meta.url)
	const [begin, end] = [`<!-- measured:${name} -->\n`, `<!-- /measured:${name} -->`]
	const page = readFileSync(file, 'utf8')
	const from = page.indexOf(begin) + begin.length
	const to = page.indexOf(end)
	if (from < begin.length || to < from) throw new Error(`${path} has no markers ${begin.trim()} and ${end}`)
	writeFileSync(file, `${page.slice(0, from)}${text}\n${page.slice(to)}`)
}
