/** The first pass of the lint: the grammar, which editors check too. */

import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {Ajv, type ErrorObject} from 'ajv'
import {nearest} from '../../src/config/nearest.js'
import type {Report} from './lint-rules.js'

const GRAMMAR = join(import.meta.dirname, '../../config-schema/grammar.schema.json')

const validate = new Ajv({allErrors: true, verbose: true, formats: {regex: isRegularExpression}}).compile(
	JSON.parse(readFileSync(GRAMMAR, 'utf8')),
)

/** Reports what does not follow `grammar.schema.json`. */
export function lintGrammar(value: unknown, report: Report): void {
	if (validate(value)) return
	for (const error of validate.errors ?? []) {
		const path = toPath(error, value)
		report(path, 'grammar', `${wayTo(path, value) || 'The schema'} ${messageOf(error)}`)
	}
}

function messageOf({keyword, params, parentSchema, message = 'does not follow the grammar'}: ErrorObject): string {
	if (keyword === 'additionalProperties') {
		const meant = nearest(String(params.additionalProperty), Object.keys(parentSchema?.properties ?? {}), 2)
		return `is a key that the grammar does not have${meant === undefined ? '' : `, the nearest is ${meant}`}`
	}
	if (keyword === 'enum') return `must be one of ${(params.allowedValues as unknown[]).join(', ')}`
	return message
}

/** The path in words: an item of a list by its name or id, where it has one. */
function wayTo(path: readonly (string | number)[], value: unknown): string {
	let node = value
	const words = path.map(step => {
		node = (node as Record<string, unknown> | undefined)?.[step]
		const {name = step, id = name} = typeof step === 'number' ? ((node ?? {}) as {name?: unknown; id?: unknown}) : {}
		return String(id)
	})
	return words.join('.')
}

function toPath({keyword, params, instancePath}: ErrorObject, value: unknown): (string | number)[] {
	const steps = instancePath.split('/').slice(1)
	if (keyword === 'additionalProperties') steps.push(String(params.additionalProperty))
	if (keyword === 'propertyNames') steps.push(String(params.propertyName))
	let node = value
	return steps.map(step => {
		const isItem = Array.isArray(node)
		node = (node as Record<string, unknown> | undefined)?.[step]
		return isItem ? Number(step) : step
	})
}

function isRegularExpression(text: string): boolean {
	try {
		new RegExp(text, 'u')
		return true
	} catch {
		return false
	}
}
