/** The schema as the emitters see it: `session.yaml` after the lint, with what each entry inherits filled in. */

import type {EnvironmentForm, OptionType} from '../../src/config/table.js'
import type {GroupSource, OptionSource, Rule, SchemaFile, SessionTypeSource} from './schema-file.js'

/** A session type, and whether this version has its store. */
export interface SessionType extends SessionTypeSource {
	readonly aliases: readonly string[]
	readonly available: boolean
}

/** An option with its name and what it inherits. */
export interface Option extends OptionSource {
	readonly name: string
	readonly aliases: readonly string[]
	readonly environment: EnvironmentForm
	/** The session types that read it; `undefined`: all. */
	readonly appliesTo?: readonly string[]
	/** Whether this version has a store that reads it. */
	readonly available: boolean
}

/** A group with its options in order. */
export interface Group {
	readonly name: string
	readonly title: string
	readonly summary: string
	readonly options: readonly Option[]
}

/** The whole schema. */
export interface Schema {
	readonly sessionTypes: readonly SessionType[]
	readonly groups: readonly Group[]
	readonly options: readonly Option[]
	readonly rules: readonly Rule[]
	readonly foreignNames: readonly string[]
}

/** The environment form that each type has by itself. */
export const ENVIRONMENT_FORMS: Readonly<Record<OptionType, EnvironmentForm>> = {
	boolean: 'boolean',
	integer: 'integer',
	string: 'text',
	enum: 'text',
	duration: 'duration',
	fileMode: 'octal',
	object: 'json',
	key: 'text',
	keys: 'json',
	sessionType: 'text',
	function: 'none',
	client: 'none',
}

/**
 * Fills in what entries inherit and what follows from the files that exist.
 *
 * @param storeModules the names of the files under `src/stores/`, without `.ts`
 */
export function toSchema(file: SchemaFile, storeModules: ReadonlySet<string>): Schema {
	const sessionTypes = file.sessionTypes.map(source => ({
		...source,
		aliases: source.aliases ?? [],
		available: storeModules.has(source.module),
	}))
	const availableTypes = new Set(sessionTypes.filter(type => type.available).map(type => type.name))

	const groups = file.groups.map(group => ({
		name: group.name,
		title: group.title,
		summary: group.summary,
		options: Object.entries(group.options).map(([name, source]) => toOption(name, source, group, availableTypes)),
	}))
	return {
		sessionTypes,
		groups,
		options: groups.flatMap(group => group.options),
		rules: file.rules,
		foreignNames: file.foreignNames,
	}
}

function toOption(name: string, source: OptionSource, group: GroupSource, availableTypes: ReadonlySet<string>): Option {
	const appliesTo = source.appliesTo ?? group.appliesTo
	const textClient = source.type === 'client' && source.pattern !== undefined
	return {
		...source,
		name,
		aliases: source.aliases ?? [],
		environment: source.environment ?? (textClient ? 'text' : ENVIRONMENT_FORMS[source.type]),
		...(appliesTo && {appliesTo}),
		available: appliesTo === undefined || appliesTo.some(type => availableTypes.has(type)),
	}
}

/** The stable code of the warning for an option. */
export function optionWarningCode(name: string): string {
	return `KSS_DEP_${name}`
}

/** The stable code of the warning for a session type. */
export function sessionTypeWarningCode(name: string): string {
	return `KSS_DEP_SESSION_TYPE_${name.toUpperCase()}`
}
