/** Markup that is safe to put into a page as it is. */
export class Html {
	constructor(readonly text: string) {}
}

const ENTITIES: Readonly<Record<string, string>> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;'}

/** A template whose values are escaped, unless they are markup themselves; lists are joined. */
export function html(strings: TemplateStringsArray, ...values: unknown[]): Html {
	return new Html(String.raw({raw: strings}, ...values.map(textOf)))
}

function textOf(value: unknown): string {
	if (value instanceof Html) return value.text
	if (Array.isArray(value)) return value.map(textOf).join('')
	if (value === undefined || value === null || value === false) return ''
	return String(value).replace(/[&<>"']/g, character => ENTITIES[character] as string)
}
