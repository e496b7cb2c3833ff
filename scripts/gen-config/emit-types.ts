/** Writes `src/generated/types.ts`: the configuration as users give it and as the code reads it. */

import {DURATION_PARTS, DURATION_PATTERN} from '../../src/config/duration.js'
import {docComment} from './doc-comment.js'
import {type Tags, tagLines, tagsForPeople, tagsForSchema} from './doc-tags.js'
import {quoted} from './literal.js'
import type {Option, Schema, SessionType} from './model.js'
import {codeType, plainType, resolvedType} from './option-types.js'
import {expectedText} from './wording.js'

/** For whom the module is: for users, or for ts-json-schema-generator, which reads the bounds from tags. */
export type Audience = 'users' | 'schema'

/** The text of the module. */
export function emitTypes(schema: Schema, audience: Audience): string {
	const properties = (option: Option, type: string) => optionProperties(option, schema, type, audience)
	const plain = schema.options.filter(option => plainType(option) !== undefined)
	const live = schema.options.filter(option => codeType(option) !== plainType(option))
	const widened = plain.filter(option => live.includes(option)).flatMap(option => [option.name, ...option.aliases])
	return `${imports(schema)}
${sessionTypes(schema)}
${valueTypes(audience)}
/** The options that JSON can hold, under their canonical names and their aliases. */
export interface PlainSessionConfig {
	/** The address of the JSON Schema of this configuration, for editors; not an option. */
	$schema?: string | undefined

${plain.map(option => properties(option, plainType(option) ?? 'never')).join('\n')}}

/** The configuration as an application gives it: {@link PlainSessionConfig} and what only code can hold. */
export interface SessionConfig
	extends Omit<
		PlainSessionConfig,
${widened.map(name => `\t\t| ${quoted(name)}`).join('\n')}
	> {
${live.map(option => properties(option, codeType(option))).join('\n')}}

/** The checked configuration: canonical names, all defaults filled in, durations in milliseconds, frozen. */
export interface ResolvedConfig {
${schema.options.map(resolvedProperty).join('\n')}}

/** The canonical name of an option. */
export type OptionName = keyof ResolvedConfig
`
}

function valueTypes(audience: Audience): string {
	const comment = (sentence: string, tags: Tags) =>
		docComment([sentence, audience === 'schema' ? tagLines(tags) : undefined], 0)
	const bound = audience === 'schema' ? '\t/** @minimum 0 */\n' : ''
	return `
${comment('A duration as a string: `90s`, `1h30m`, `1.5h`, `31d`; a number alone is seconds.', {pattern: DURATION_PATTERN})}
export type DurationString = string

/** A duration in parts, which add up. */
export interface DurationParts {
${DURATION_PARTS.map(part => `${bound}\t${part}?: number | undefined`).join('\n')}
}

${comment('A key as a string.', {minLength: 1})}
export type KeyString = string
`
}

function imports(schema: Schema): string {
	const modules = new Map<string, Set<string>>()
	for (const {type, module} of schema.options.flatMap(option => option.objects ?? [])) {
		modules.set(module, (modules.get(module) ?? new Set()).add(type))
	}
	return [...modules]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([module, types]) => {
			const names = [...types].sort()
			return names.length > 3
				? `import type {\n${names.map(name => `\t${name},\n`).join('')}} from '../${module}.js'\n`
				: `import type {${names.join(', ')}} from '../${module}.js'\n`
		})
		.join('')
}

function sessionTypes(schema: Schema): string {
	const lines = schema.sessionTypes.map(type => `- \`${type.name}\`${aliasNote(type)}: ${type.summary}`)
	const names = ['SessionType', ...schema.sessionTypes.flatMap(type => type.aliases).map(quoted)]
	return `${docComment([`The kinds of stores.\n\n${lines.join('\n')}`], 0)}
export type SessionType =
${schema.sessionTypes.map(type => `\t| ${quoted(type.name)}`).join('\n')}

/** What SESSION_TYPE takes: a {@link SessionType} or the name that Flask-Session has for it. */
export type SessionTypeName = ${names.join(' | ')}`
}

function aliasNote(type: SessionType): string {
	return type.aliases.length > 0 ? ` (also ${type.aliases.map(alias => `\`${alias}\``).join(', ')})` : ''
}

function optionProperties(option: Option, schema: Schema, type: string, audience: Audience): string {
	const note = `Takes ${expectedText(option, schema)}. ${applies(option)}`.trim()
	const tags = tagLines({...tagsForPeople(option), ...(audience === 'schema' && tagsForSchema(option))})
	const canonical = docComment([option.summary, option.details, note, tags], 1)
	const aliases = option.aliases.map(alias => {
		const comment = docComment([`The same as ${option.name}.`, option.summary, note, tags], 1)
		return `${comment}\n\t${alias}?: ${type} | undefined\n`
	})
	return [`${canonical}\n\t${option.name}?: ${type} | undefined\n`, ...aliases].join('\n')
}

function resolvedProperty(option: Option): string {
	const unit = option.type === 'duration' ? 'In milliseconds.' : undefined
	return `${docComment([[option.summary, unit].filter(Boolean).join(' ')], 1)}
	readonly ${option.name}: ${resolvedType(option)}
`
}

function applies(option: Option): string {
	return option.appliesTo === undefined ? '' : `For ${option.appliesTo.map(type => `\`${type}\``).join(', ')}.`
}
