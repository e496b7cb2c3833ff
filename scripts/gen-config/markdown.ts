/** Small pieces of Markdown. */

/** A table; the cells of a row may hold anything but line breaks. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const lines = [head, head.map(() => '---'), ...rows.map(row => row.map(cell => cell.replaceAll('|', '\\|')))]
	return lines.map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

/** Text in the font of code. */
export function code(text: string): string {
	return `\`${text}\``
}

/** Prose, in lines of at most 120 characters. */
export function wrapped(prose: string): string {
	return prose.replaceAll(/(?=.{121})(.{1,120}) /gu, '$1\n')
}

/** The anchor of a heading, as GitHub makes it. */
export function anchor(heading: string): string {
	return heading
		.toLowerCase()
		.replaceAll(' ', '-')
		.replaceAll(/[^\w-]/gu, '')
}

/** A link to the heading of an option on the same page. */
export function link(option: string): string {
	return `[${option}](#${anchor(option)})`
}
