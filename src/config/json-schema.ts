/** Checks a value against a JSON Schema: the part of draft 7 that ts-json-schema-generator writes for our types. */

/** A JSON Schema, as far as this interpreter reads it. */
export interface JsonSchema {
	readonly $ref?: string
	readonly definitions?: Readonly<Record<string, JsonSchema>>
	readonly anyOf?: readonly JsonSchema[]
	readonly type?: string | readonly string[]
	readonly const?: unknown
	readonly enum?: readonly unknown[]
	readonly minimum?: number
	readonly maximum?: number
	readonly multipleOf?: number
	readonly minLength?: number
	readonly maxLength?: number
	readonly pattern?: string
	readonly items?: JsonSchema
	readonly properties?: Readonly<Record<string, JsonSchema>>
	readonly additionalProperties?: boolean | JsonSchema
}

/** Where a value does not fit. */
export interface Misfit {
	/** The way to it from the value that was checked, such as `[1]` or `.days`; empty for that value itself. */
	readonly path: string
	readonly value: unknown
}

/**
 * The first part of `value` that does not fit `schema`, or `undefined` when all of it does.
 *
 * @param root the schema that holds the `definitions`
 */
export function findMisfit(value: unknown, schema: JsonSchema, root: JsonSchema): Misfit | undefined {
	if (schema.$ref !== undefined) {
		const misfit = findMisfit(value, definition(schema.$ref, root), root)
		if (misfit !== undefined) return misfit
	}
	if (schema.anyOf !== undefined) {
		const misfits = schema.anyOf.map(branch => findMisfit(value, branch, root))
		// The branch that fits down to some part of the value is the one that was meant.
		if (!misfits.includes(undefined)) return misfits.find(misfit => misfit?.path !== '') ?? {path: '', value}
	}
	if (!fitsItself(value, schema)) return {path: '', value}
	if (Array.isArray(value)) return inItems(value, schema, root)
	if (typeof value === 'object' && value !== null) return inProperties(value, schema, root)
	return undefined
}

function fitsItself(value: unknown, schema: JsonSchema): boolean {
	if (schema.type !== undefined && ![schema.type].flat().some(type => hasType(value, type))) return false
	if (schema.const !== undefined && value !== schema.const) return false
	if (schema.enum !== undefined && !schema.enum.includes(value)) return false
	if (typeof value === 'number' && schema.multipleOf !== undefined && value % schema.multipleOf !== 0) return false
	if (typeof value === 'number') return isBetween(value, schema.minimum, schema.maximum)
	if (typeof value !== 'string') return true
	if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) return false
	return isBetween([...value].length, schema.minLength, schema.maxLength)
}

function hasType(value: unknown, type: string): boolean {
	switch (type) {
		case 'null':
			return value === null
		case 'array':
			return Array.isArray(value)
		case 'object':
			return typeof value === 'object' && value !== null && !Array.isArray(value)
		case 'integer':
			return Number.isInteger(value)
		case 'number':
			return Number.isFinite(value)
		default:
			return typeof value === type
	}
}

function isBetween(value: number, least = Number.NEGATIVE_INFINITY, greatest = Number.POSITIVE_INFINITY): boolean {
	return value >= least && value <= greatest
}

function inItems(items: readonly unknown[], schema: JsonSchema, root: JsonSchema): Misfit | undefined {
	for (const [index, item] of items.entries()) {
		const misfit = schema.items && findMisfit(item, schema.items, root)
		if (misfit !== undefined) return {path: `[${index}]${misfit.path}`, value: misfit.value}
	}
	return undefined
}

function inProperties(object: object, schema: JsonSchema, root: JsonSchema): Misfit | undefined {
	for (const [key, value] of Object.entries(object)) {
		const known = schema.properties !== undefined && Object.hasOwn(schema.properties, key)
		const part = known ? schema.properties?.[key] : (schema.additionalProperties ?? true)
		if (part === false) return {path: '', value: object}
		const misfit = typeof part === 'object' ? findMisfit(value, part, root) : undefined
		if (misfit !== undefined) return {path: `.${key}${misfit.path}`, value: misfit.value}
	}
	return undefined
}

function definition(reference: string, root: JsonSchema): JsonSchema {
	const name = decodeURIComponent(reference.slice('#/definitions/'.length))
	const found = root.definitions?.[name]
	if (found === undefined) throw new TypeError(`The JSON Schema has no definition ${name}`)
	return found
}
