/** The tables between `<!-- generated:NAME -->` and `<!-- /generated:NAME -->` in hand-written pages. */

import {dirname, relative} from 'node:path/posix'
import {capabilitiesTable, guarantees} from './capabilities.js'
import {anchor, code, table, wrapped} from './markdown.js'
import type {Schema, SessionType} from './model.js'

/** The tables by the name in the marker. */
const TABLES: Readonly<Record<string, (schema: Schema, reference: string) => string>> = {
	stores: (schema, reference) => storesTable(schema, name => `${reference}#${anchor(name)}`),
	capabilities: capabilitiesTable,
}

/** The tables that a page must have: without its markers a table would stay as it is for ever, and nobody would know. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
	'README.md': ['stores'],
	'docs/stores.md': ['capabilities'],
}

/** Reports what is wrong with a page, and how many characters before it are fine. */
type PageReport = (offset: number, message: string) => void

/**
 * The page with its tables filled in; everything outside the markers stays.
 *
 * @param path where the page is, from the root of the project
 * @param report told when a marker names no table, or a required one is missing
 */
export function fillTables(path: string, page: string, schema: Schema, report: PageReport): string {
	for (const name of REQUIRED[path] ?? []) {
		if (page.includes(`<!-- generated:${name} -->`) && page.includes(`<!-- /generated:${name} -->`)) continue
		report(0, `it has lost the markers <!-- generated:${name} --> and <!-- /generated:${name} -->`)
	}
	const reference = relative(dirname(path), 'docs/config-reference.md')
	return page.replaceAll(
		/(<!-- generated:([\w-]+) -->\n)[\s\S]*?(<!-- \/generated:\2 -->)/gu,
		(found: string, open: string, name: string, close: string, offset: number) => {
			const fill = TABLES[name]
			if (fill === undefined) {
				report(offset, `it asks for a generated table ${name}, and there is none`)
				return found
			}
			return `${open}${fill(schema, reference)}\n${close}`
		},
	)
}

/**
 * The stores, one in a row.
 *
 * @param address where an option is explained
 */
export function storesTable(schema: Schema, address: (option: string) => string): string {
	const rows = schema.sessionTypes.map(type => [
		names(type),
		[type.summary, guarantees(type)].join(' ').trim(),
		packageOf(type),
		type.client === undefined ? '' : `[${type.client}](${address(type.client)})`,
	])
	const planned = schema.plannedTypes.map(code).join(', ')
	const stores = table(['SESSION_TYPE', 'what it is', 'package', 'client'], rows)
	return planned === '' ? stores : `${stores}\n\n${wrapped(`Planned: ${planned}.`)}`
}

function names(type: SessionType): string {
	const all = [type.name, ...type.aliases].map(code).join(', ')
	return type.deprecation === undefined ? all : `${all} (deprecated)`
}

function packageOf({peerPackage, peerOptional}: SessionType): string {
	if (peerPackage === undefined) return ''
	return peerOptional ? `${code(peerPackage)} (optional)` : code(peerPackage)
}
