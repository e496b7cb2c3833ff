import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

/** Every page for users and contributors but that of test/, as paths from the root of the project. */
export const PAGES: readonly string[] = ['.', 'docs', 'config-schema'].flatMap(folder =>
	readdirSync(folder)
		.filter(name => name.endsWith('.md'))
		.map(name => join(folder, name)),
)

/** A fenced block of code, and the line that it begins on. */
export interface CodeBlock {
	readonly language: string
	readonly line: number
	readonly code: string
}

/** The text of a page. */
export function textOf(page: string): string {
	return readFileSync(page, 'utf8')
}

/** The code blocks of a page. */
export function codeBlocks(text: string): CodeBlock[] {
	return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(({1: language = '', 2: code = '', index}) => ({
		language,
		line: text.slice(0, index).split('\n').length + 1,
		code,
	}))
}

/** The text of a page without its code. */
export function prose(text: string): string {
	return text.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, code => '`'.repeat(code.length))
}

/** The headings of a page. */
export function headings(text: string, level = '#{1,6}'): string[] {
	const pattern = new RegExp(`^${level} +(.+)$`, 'gm')
	return [...text.replace(/^```.*?^```$/gms, '').matchAll(pattern)].map(([, title = '']) => title)
}

/** The anchors that GitHub gives to the headings of a page. */
export function anchors(text: string): Set<string> {
	const seen = new Map<string, number>()
	return new Set(
		headings(text).map(title => {
			const anchor = title
				.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
				.toLowerCase()
				.replace(/[^\p{L}\p{N}\s_-]/gu, '')
				.replace(/\s/g, '-')
			const earlier = seen.get(anchor) ?? 0
			seen.set(anchor, earlier + 1)
			return earlier === 0 ? anchor : `${anchor}-${earlier}`
		}),
	)
}
