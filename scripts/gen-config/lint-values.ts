/** The pass of the lint over types, bounds, defaults and examples: they fit each other. */

import type {LintPass, Path, Report} from './lint-rules.js'
import {ENVIRONMENT_FORMS} from './model.js'
import type {OptionSource, SchemaFile} from './schema-file.js'
import {valueFault} from './value-fault.js'

/** The keys that only some types have. */
const KEYS_OF: Readonly<Record<string, readonly string[]>> = {
	min: ['integer', 'duration'],
	max: ['integer', 'duration'],
	minLength: ['string'],
	maxLength: ['string'],
	pattern: ['string', 'client'],
	values: ['enum'],
	ignoreCase: ['enum'],
	literals: ['boolean'],
	signature: ['function'],
	objects: ['client'],
}

/** The keys without which a type means nothing. */
const REQUIRED: Readonly<Record<string, string>> = {enum: 'values', function: 'signature', client: 'objects'}

/** Reports keys that do not fit the type, and values that do not fit the option. */
export const lintValues: LintPass = (schema, report) => {
	for (const [index, group] of schema.groups.entries()) {
		for (const [name, option] of Object.entries(group.options)) {
			const path = ['groups', index, 'options', name]
			lintKeys(name, option, path, report)
			lintDefault(name, option, path, schema, report)
			lintExample(name, option, path, schema, report)
		}
	}
}

function lintKeys(name: string, option: OptionSource, path: Path, report: Report): void {
	for (const [key, types] of Object.entries(KEYS_OF)) {
		if (Object.hasOwn(option, key) && !types.includes(option.type))
			report([...path, key], 'key-of-other-type', `${name} is of type ${option.type}, which has no ${key}`)
	}
	const required = REQUIRED[option.type]
	if (required !== undefined && !Object.hasOwn(option, required))
		report([...path, 'type'], 'key-missing', `${name} is of type ${option.type}, which needs ${required}`)
	if (option.min !== undefined && option.max !== undefined && option.min > option.max)
		report([...path, 'min'], 'bounds', `the min of ${name} is greater than its max`)
	if ((option.pattern === undefined) !== (option.patternText === undefined))
		report([...path, 'pattern'], 'pattern-text', `${name} needs both pattern and patternText, or neither`)
	if (![undefined, 'none', ENVIRONMENT_FORMS[option.type]].includes(option.environment))
		report([...path, 'environment'], 'environment-form', `${name} of type ${option.type} is not ${option.environment}`)
}

function lintDefault(name: string, option: OptionSource, path: Path, schema: SchemaFile, report: Report): void {
	const place = [...path, 'default']
	if (option.default === undefined) return
	if (option.secret && !(Array.isArray(option.default) && option.default.length === 0))
		report(place, 'secret-value', `${name} is secret and must not have a default`)
	const fault = valueFault(option, option.default, schema)
	if (fault !== undefined) report(place, `default-${fault.kind}`, `the default of ${name} is ${fault.message}`)
}

function lintExample(name: string, option: OptionSource, path: Path, schema: SchemaFile, report: Report): void {
	const place = [...path, 'example']
	if (option.example === undefined) return
	if (option.secret) report(place, 'secret-value', `${name} is secret and must not have an example`)
	const isCode = option.type === 'client' || option.type === 'function'
	const fault = isCode ? codeFault(option.example) : valueFault(option, option.example, schema)
	if (fault !== undefined) report(place, 'example', `the example of ${name} is ${fault.message}`)
}

function codeFault(example: unknown): {message: string} | undefined {
	return typeof example === 'string' ? undefined : {message: 'not code'}
}
