/** What `session.yaml` holds, as it is written; `config-schema/README.md` explains every key. */

import type {EnvironmentForm, OptionType} from '../../src/config/table.js'

/** What `session.yaml` holds, once the grammar has passed. */
export interface SchemaFile {
	readonly sessionTypes: readonly SessionTypeSource[]
	readonly groups: readonly GroupSource[]
	readonly rules: readonly Rule[]
	readonly foreignNames: readonly string[]
	readonly otherLibraries: readonly OtherLibrary[]
}

/** A group of options as it is written. */
export interface GroupSource {
	readonly name: string
	readonly title: string
	readonly summary: string
	readonly appliesTo?: readonly string[]
	readonly options: Readonly<Record<string, OptionSource>>
}

/** An option as it is written. */
export interface OptionSource {
	readonly type: OptionType
	readonly default?: unknown
	readonly summary: string
	readonly details?: string
	readonly example?: unknown
	readonly min?: number
	readonly max?: number
	readonly minLength?: number
	readonly maxLength?: number
	readonly pattern?: string
	readonly patternText?: string
	readonly values?: readonly string[]
	readonly ignoreCase?: true
	readonly literals?: readonly string[]
	readonly nullable?: true
	readonly signature?: string
	readonly objects?: readonly ClientObject[]
	readonly environment?: EnvironmentForm
	readonly aliases?: readonly string[]
	readonly appliesTo?: readonly string[]
	readonly secret?: true
	readonly since: string
	readonly deprecation?: DeprecationSource
}

/** One kind of object that a client may be. */
export interface ClientObject {
	readonly label: string
	readonly type: string
	readonly module: string
	readonly methods: readonly string[]
}

/** A deprecation as it is written. */
export interface DeprecationSource {
	readonly since: string
	readonly removal: string
	readonly replacement?: string
}

/** A session type as it is written. */
export interface SessionTypeSource {
	readonly name: string
	readonly title: string
	readonly aliases?: readonly string[]
	readonly peerPackage?: string
	readonly peerOptional?: true
	readonly client?: string
	readonly summary: string
	readonly capabilities?: readonly CapabilitiesSource[]
	readonly internal?: true
	readonly since: string
	readonly deprecation?: DeprecationSource
}

/** What the store of a session type declares, as it is written. */
export interface CapabilitiesSource {
	readonly when?: string
	readonly atomicWrites: boolean
	readonly extendsOnRead: boolean
	readonly selfCleaning: boolean
	readonly scope: 'process' | 'host' | 'network'
	readonly expirySlackMs: number
	readonly maxKeyBytes?: number
	readonly maxPayloadBytes?: number
}

/** Options of other session libraries that mean the same, and ours. */
export interface OtherLibrary {
	readonly names: readonly string[]
	readonly options?: readonly string[]
	readonly hint?: string
}

/** A relation between options. */
export interface Rule {
	readonly id: string
	readonly options: readonly string[]
	readonly expected: string
	readonly when?: string
}
