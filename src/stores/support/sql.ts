/** Statements in SQL, put together from text and values: a value never becomes part of the text. */

/** What a client of a database takes as a value. */
export type SqlValue = string | number | Uint8Array

/** A statement or a part of one: `values[n]` stands between `texts[n]` and `texts[n + 1]`. */
export interface Sql {
	readonly texts: readonly string[]
	readonly values: readonly SqlValue[]
}

/** A row as a client gives it. */
export type SqlRow = Readonly<Record<string, unknown>>

/** A tag: what stands in `${}` is a value, or another part made by this tag or by {@link raw}. */
export function sql(texts: readonly string[], ...parts: readonly (Sql | SqlValue)[]): Sql {
	const joined = [texts[0] ?? '']
	const values: SqlValue[] = []
	for (const [index, part] of parts.entries()) {
		const {texts: inner, values: own} = isSql(part) ? part : {texts: ['', ''], values: [part]}
		const [first = '', ...rest] = inner
		joined.push(joined.pop() + first, ...rest)
		joined.push(joined.pop() + (texts[index + 1] ?? ''))
		values.push(...own)
	}
	return {texts: joined, values}
}

/** Text as it is. */
export function raw(text: string): Sql {
	return {texts: [text], values: []}
}

/** Values between commas. */
export function list(values: readonly SqlValue[]): Sql {
	return {texts: ['', ...values.slice(1).map(() => ', '), ''], values}
}

/** The text of a statement, with a placeholder for each value; they are counted from 1. */
export function textOf({texts}: Sql, placeholder: (number: number) => string): string {
	return texts.reduce((text, next, number) => text + placeholder(number) + next)
}

function isSql(part: Sql | SqlValue): part is Sql {
	return typeof part === 'object' && 'texts' in part
}
