/** Prints doc comments. */

/** A doc comment of these paragraphs, indented by `depth` tabs; empty and absent paragraphs are left out. */
export function docComment(paragraphs: readonly (string | undefined)[], depth: number): string {
	const indent = '\t'.repeat(depth)
	const text = paragraphs
		.filter(paragraph => paragraph !== undefined && paragraph !== '')
		.join('\n\n')
		.replaceAll('*/', '*\\/')
	if (!text.includes('\n')) return `${indent}/** ${text} */`
	const lines = text.split('\n').map(line => (line === '' ? `${indent} *` : `${indent} * ${line}`))
	return [`${indent}/**`, ...lines, `${indent} */`].join('\n')
}
