/**
 * The schema as the emitters see it: `session.yaml` after the lint, with what each entry inherits filled in, and
 * without what has no store in this version.
 */

import type {EnvironmentForm, OptionType} from '../../src/config/table.js'
import type {
	DeprecationSource,
	GroupSource,
	OptionSource,
	OtherLibrary,
	Rule,
	SchemaFile,
	SessionTypeSource,
} from './schema-file.js'

/** A deprecation with its stable code and its text, which the warning, the doc comment and the reference share. */
export interface Deprecation extends DeprecationSource {
	readonly code: string
	readonly text: string
}

/** A session type whose store this version has. */
export interface SessionType extends SessionTypeSource {
	readonly aliases: readonly string[]
	readonly deprecation?: Deprecation
}

/** An option with its name and what it inherits. */
export interface Option extends OptionSource {
	readonly name: string
	readonly aliases: readonly string[]
	readonly environment: EnvironmentForm
	/** The session types that read it; `undefined`: all. */
	readonly appliesTo?: readonly string[]
	readonly deprecation?: Deprecation
}

/** A group with its options in order. */
export interface Group {
	readonly name: string
	readonly title: string
	readonly summary: string
	readonly options: readonly Option[]
}

/** The part of `session.yaml` that this version has: the session types whose stores exist, and what they read. */
export interface Schema {
	readonly sessionTypes: readonly SessionType[]
	/** The names and aliases of the session types that have no store yet. */
	readonly plannedTypes: readonly string[]
	/** The version that has whatever the reference gives no version for. */
	readonly firstVersion: string
	readonly groups: readonly Group[]
	readonly options: readonly Option[]
	readonly rules: readonly Rule[]
	readonly foreignNames: readonly string[]
	readonly otherLibraries: readonly OtherLibrary[]
}

/** The environment form that each type has by itself. */
export const ENVIRONMENT_FORMS: Readonly<Record<OptionType, EnvironmentForm>> = {
	boolean: 'boolean',
	integer: 'integer',
	string: 'string',
	enum: 'string',
	duration: 'duration',
	domain: 'string',
	fileMode: 'octal',
	object: 'json',
	key: 'string',
	keys: 'json',
	sessionType: 'string',
	function: 'none',
	client: 'none',
}

/**
 * Fills in what entries inherit, and leaves out what has no store.
 *
 * @param storeModules the stores under `src/stores/`, by the name of their file without `.ts`
 */
export function toSchema(file: SchemaFile, storeModules: ReadonlySet<string>): Schema {
	const available = (type: string) => storeModules.has(type)
	const groups = file.groups
		.map(group => ({
			name: group.name,
			title: group.title,
			summary: group.summary,
			options: Object.entries(group.options)
				.map(([name, source]) => toOption(name, source, group, available))
				.filter(({appliesTo}) => appliesTo === undefined || appliesTo.length > 0),
		}))
		.filter(group => group.options.length > 0)
	return {
		sessionTypes: file.sessionTypes.filter(({name}) => available(name)).map(toSessionType),
		plannedTypes: file.sessionTypes.flatMap(({name, aliases = []}) => (available(name) ? [] : [name, ...aliases])),
		// The type null is there from the beginning.
		firstVersion: file.sessionTypes[0]?.since ?? '',
		groups,
		options: groups.flatMap(group => group.options),
		rules: file.rules,
		foreignNames: file.foreignNames,
		otherLibraries: file.otherLibraries,
	}
}

function toSessionType({deprecation, ...source}: SessionTypeSource): SessionType {
	const {name, aliases = []} = source
	const code = `KSS_DEP_SESSION_TYPE_${name.toUpperCase()}`
	const naming = (type: string) => `SESSION_TYPE '${type}'`
	return {...source, aliases, ...(deprecation && {deprecation: withText(name, deprecation, code, naming)})}
}

function toOption(
	name: string,
	{deprecation, ...source}: OptionSource,
	group: GroupSource,
	available: (type: string) => boolean,
): Option {
	const appliesTo = (source.appliesTo ?? group.appliesTo)?.filter(available)
	const stringClient = source.type === 'client' && source.pattern !== undefined
	return {
		...source,
		name,
		aliases: source.aliases ?? [],
		environment: source.environment ?? (stringClient ? 'string' : ENVIRONMENT_FORMS[source.type]),
		...(appliesTo && {appliesTo}),
		...(deprecation && {deprecation: withText(name, deprecation, `KSS_DEP_${name}`, option => option)}),
	}
}

function withText(
	name: string,
	source: DeprecationSource,
	code: string,
	naming: (name: string) => string,
): Deprecation {
	const {since, removal, replacement} = source
	const instead = replacement === undefined ? 'Leave it out.' : `Use ${naming(replacement)} instead.`
	const text = `${naming(name)} is deprecated since ${since} and will be removed in ${removal}. ${instead}`
	return {...source, code, text}
}
