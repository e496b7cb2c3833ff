/** A markdown table whose columns line up; all columns but those of text are right-aligned. */
export function table(head, rows) {
	const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map(row => row[i].length)))
	const isText = head.map((_, i) => rows.some(row => /^[a-z`]/i.test(row[i])))
	const line = row =>
		`| ${row.map((cell, i) => (isText[i] ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`
	const rule = `| ${widths.map((width, i) => (isText[i] ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
	return [line(head), rule, ...rows.map(line)].join('\n')
}

export function median(values) {
	const sorted = [...values].sort((a, b) => a - b)
	const middle = sorted.length >> 1
	return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** `min-max` */
export function range(values, digits) {
	return `${Math.min(...values).toFixed(digits)}-${Math.max(...values).toFixed(digits)}`
}

/** How wide the middle half is: the upper quartile over the lower one. */
export function spreadOf(values) {
	const sorted = [...values].sort((a, b) => a - b)
	const quarter = Math.floor(sorted.length / 4)
	return sorted[sorted.length - 1 - quarter] / sorted[quarter]
}
