/** Reads `session.yaml` with the line of every key and value. */

import {isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument} from 'yaml'
import type {Fault, Path} from './lint-rules.js'

/** A YAML text, its value, and where each part of it stands. */
export interface LoadedFile {
	readonly file: string
	readonly value: unknown
	/** The line of the key or item at `path`, or of the nearest one that is there. */
	lineOf(path: Path): number
	/** What YAML itself does not accept. */
	readonly faults: readonly Fault[]
}

/**
 * Parses `text`.
 *
 * @param file the name that faults carry
 */
export function loadYaml(file: string, text: string): LoadedFile {
	const lines = new LineCounter()
	const document = parseDocument(text, {lineCounter: lines})
	// After the first line that is not YAML the parser finds faults everywhere.
	const [, ...repeated] = document.errors.filter(error => error.code !== 'DUPLICATE_KEY')
	return {
		file,
		value: document.errors.length > 0 ? undefined : document.toJS(),
		lineOf: path => lines.linePos(offsetOf(document.contents, path)).line,
		faults: document.errors
			.filter(error => !repeated.includes(error))
			.map(error => ({
				file,
				line: lines.linePos(error.pos[0]).line,
				rule: error.code === 'DUPLICATE_KEY' ? 'duplicate-name' : 'yaml',
				message: error.message.split('\n')[0]?.replace(/ at line .*/u, '') ?? error.code,
			})),
	}
}

function offsetOf(root: unknown, path: Path): number {
	let node: unknown = root
	let offset = (root as Node | null)?.range?.[0] ?? 0
	for (const step of path) {
		const child = isMap(node)
			? node.items.find(pair => isScalar(pair.key) && pair.key.value === step)
			: isSeq(node)
				? node.items[Number(step)]
				: undefined
		if (child === undefined) break
		offset = startOf(isPair(child) ? child.key : child) ?? offset
		node = isPair(child) ? child.value : child
	}
	return offset
}

function startOf(node: unknown): number | undefined {
	return (node as Node | null)?.range?.[0]
}
