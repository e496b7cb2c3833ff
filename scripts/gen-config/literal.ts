/** Prints data as TypeScript, in the format of this project. */

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

/** How wide a value may be before it is broken; lines have 120 columns, and a key stands before it. */
const MAX_WIDTH = 80

/** The source of `value`, which holds what JSON can hold; properties that are `undefined` are left out. */
export function literal(value: unknown, depth = 0): string {
	if (typeof value === 'string') return quoted(value)
	if (typeof value !== 'object' || value === null) return String(value)
	const items = Array.isArray(value)
		? value.map(item => literal(item, depth + 1))
		: Object.entries(value)
				.filter(([, item]) => item !== undefined)
				.map(([key, item]) => `${IDENTIFIER.test(key) ? key : quoted(key)}: ${literal(item, depth + 1)}`)
	const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
	const oneLine = `${open}${items.join(', ')}${close}`
	if (!oneLine.includes('\n') && oneLine.length + depth * 4 < MAX_WIDTH) return oneLine
	const indent = '\t'.repeat(depth + 1)
	return `${open}\n${items.map(item => `${indent}${item},\n`).join('')}${'\t'.repeat(depth)}${close}`
}

/** A string in single quotes, or in double ones where that needs no escape. */
export function quoted(text: string): string {
	if (text.includes("'") && !text.includes('"')) return JSON.stringify(text)
	return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
