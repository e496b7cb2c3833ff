/** Makes the JSON Schema of what JSON can hold, from the generated types. */

import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createGenerator, type Schema as JsonSchema} from 'ts-json-schema-generator'
import {literal} from './literal.js'

const TITLE = 'Configuration of koa-server-session'

/** The JSON Schema of `PlainSessionConfig` in `typesModule`, the text of `src/generated/types.ts`. */
export function makeJsonSchema(typesModule: string): JsonSchema {
	const directory = mkdtempSync(join(tmpdir(), 'session-types-'))
	try {
		const path = join(directory, 'types.ts')
		writeFileSync(path, typesModule)
		// The imports of the module lead nowhere from here, and the plain types need none of them.
		const generator = createGenerator({
			path,
			tsconfig: join(import.meta.dirname, '../../tsconfig.json'),
			type: 'PlainSessionConfig',
			expose: 'export',
			topRef: false,
			additionalProperties: false,
			skipTypeCheck: true,
		})
		const schema = generator.createSchema('PlainSessionConfig')
		return {$schema: schema.$schema ?? '', title: TITLE, ...withEditorHints(schema)}
	} finally {
		rmSync(directory, {recursive: true})
	}
}

/** The text of `src/generated/config.schema.json`. */
export function emitJsonSchema(schema: JsonSchema): string {
	return `${JSON.stringify(schema, null, '\t')}\n`
}

/** The text of `src/generated/json-schema.ts`: Node 20 imports JSON only behind a flag's warning. */
export function emitJsonSchemaModule(schema: JsonSchema): string {
	return `import type {JsonSchema} from '../config/json-schema.js'

/** The JSON Schema of what JSON can hold. */
export const jsonSchema: JsonSchema = ${literal(schema)}
`
}

// Editors strike a property out when `deprecated` is true, and show the description only.
function withEditorHints(schema: JsonSchema): JsonSchema {
	const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => {
		if (typeof property === 'boolean' || !('deprecated' in property)) return [name, property]
		const description = `${property.description}\n\nDeprecated: ${property.deprecated}`
		return [name, {...property, description, deprecated: true}]
	})
	return {...schema, properties: Object.fromEntries(properties)}
}
