/** Values that fit an option and values that do not, made from its entry in the schema. */

import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {OPTION_NAMES} from '../../src/config/names.js'
import type {OptionEntry, OptionType} from '../../src/config/table.js'
import {options} from '../../src/generated/options.js'
import type {OptionName, SessionConfig} from '../../src/generated/types.js'
import type {SessionStore} from '../../src/stores/contract.js'

const PUBLISHED: {readonly properties: Readonly<Record<string, {readonly examples?: readonly unknown[]}>>} = JSON.parse(
	readFileSync(join(import.meta.dirname, '../../src/generated/config.schema.json'), 'utf8'),
)

/** Every option with its entry. */
export const ENTRIES: readonly (readonly [OptionName, OptionEntry])[] = OPTION_NAMES.map(name => [name, options[name]])

/** Values of no type that any option takes. */
const NOTHINGS: readonly unknown[] = [Number.NaN, Number.POSITIVE_INFINITY, -1, Symbol('no'), 1n, true, '', [], {}]

const FITTING: Readonly<Record<OptionType, readonly unknown[]>> = {
	boolean: [true],
	integer: [],
	string: [''],
	enum: [],
	duration: [],
	domain: [],
	fileMode: [],
	object: [{}],
	key: [],
	keys: [[]],
	sessionType: [],
	function: [],
	client: [],
}

/** Values of a wrong type for the option. */
export function misfits(name: OptionName): readonly unknown[] {
	const {type, nullable} = options[name] as OptionEntry
	const fitting = FITTING[type]
	const values = NOTHINGS.filter(value => !fitting.some(fit => same(fit, value)))
	const fraction = type === 'duration' ? [] : [16.5]
	return [...values, ...fraction, ...(nullable || type === 'sessionType' ? [] : [null])]
}

/** Some values that the option takes, in a form that JSON can hold; none for what only code can give. */
export function plainFits(name: OptionName): readonly unknown[] {
	const {type, default: standard, min, max} = options[name] as OptionEntry
	const schema = PUBLISHED.properties[name]
	if (schema === undefined) return []
	const {examples = []} = schema
	const bounds = [min, max].filter(bound => bound !== undefined)
	return [...(standard === undefined ? [] : [standard]), ...examples, ...bounds, ...(PLAIN[type] ?? [])]
}

/** Some values that the option takes from code. */
export function fits(name: OptionName): readonly unknown[] {
	const {type, methodSets = []} = options[name] as OptionEntry
	if (type === 'function') return [() => 'made']
	const bytes = new Uint8Array([1])
	const code = type === 'key' ? [bytes] : type === 'keys' ? [[bytes, 'text']] : methodSets.map(standIn)
	return [...plainFits(name), ...code]
}

/** What an option needs beside it: its session type, and what the rules between options ask for. */
export function companyOf(name: OptionName): SessionConfig {
	const [type] = (options[name] as OptionEntry).appliesTo ?? []
	const store = type === 'custom' ? {SESSION_STORE: standIn(STORE_METHODS) as SessionStore} : {}
	const cookie = {SECRET_KEY: 'key', SESSION_COOKIE_SECURE: true, SESSION_COOKIE_PATH: '/'}
	return {...cookie, ...store, ...(type && {SESSION_TYPE: type})}
}

/** The methods that every store has. */
export const STORE_METHODS = ['read', 'create', 'replace', 'touch', 'delete', 'close']

/** An object with these methods. */
export function standIn(methods: readonly string[]): unknown {
	return Object.fromEntries(methods.map(method => [method, () => undefined]))
}

const PLAIN: Partial<Record<OptionType, readonly unknown[]>> = {
	boolean: [true, false],
	duration: ['1m30s', '90s', '60', {minutes: 1}, {minutes: 2, seconds: 30}],
	domain: ['example.org', 'localhost', '.example.org', 'exämple.org'],
	fileMode: [0o640, '0640', '0o640', '640'],
	key: ['a key'],
	keys: [['one', 'two']],
	object: [{}, {a: {b: 1}}],
}

function same(one: unknown, other: unknown): boolean {
	if (typeof one === 'object' && typeof other === 'object') return JSON.stringify(one) === JSON.stringify(other)
	return Object.is(one, other)
}
