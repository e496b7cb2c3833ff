import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import test, {type ExecutionContext} from 'ava'
import {resolveConfig} from '../../src/config/index.js'
import {OPTION_NAMES} from '../../src/config/names.js'
import type {SessionError} from '../../src/errors.js'
import {plannedTypes, sessionTypes} from '../../src/generated/options.js'
import {storeRegistry} from '../../src/generated/stores.js'
import type {OptionName, SessionConfig, SessionType} from '../../src/generated/types.js'
import {companyOf, ENTRIES, fits, misfits, plainFits, STORE_METHODS, standIn} from './values.js'

const REFERENCE = readFileSync(join(import.meta.dirname, '../../docs/config-reference.md'), 'utf8')

for (const [name, option] of ENTRIES) {
	test(`${name} takes its default, and has it when it is left out`, t => {
		const config = resolveConfig()
		t.true(Object.hasOwn(config, name))
		if (option.default === undefined) t.is(config[name], undefined)
		else t.deepEqual(only(name, option.default), config[name])
	})

	test(`${name} takes the values of its type`, t => {
		for (const value of fits(name)) t.notThrows(() => only(name, value), String(value))
		t.pass()
	})

	test(`${name} refuses values of other types and converts none silently`, t => {
		for (const value of misfits(name)) refuses(t, name, value)
	})

	test(`${name} given as undefined counts as not given`, t => {
		t.deepEqual(resolveConfig({[name]: undefined}), resolveConfig())
	})

	test(`${name} is in the reference with its aliases`, t => {
		const section = REFERENCE.split('\n### ').find(part => part.startsWith(`${name}\n`)) ?? ''
		t.true(section.includes(`| Takes | ${option.expected.replaceAll('|', '\\|')} |`))
		for (const alias of option.aliases) t.true(section.includes(`\`${alias}\``))
		if (option.deprecation !== undefined) t.true(section.includes(`> ${option.deprecation.text}\n`))
	})

	if (option.nullable) {
		test(`${name} given as null counts as not given`, t => {
			t.deepEqual(only(name, null), resolveConfig()[name])
		})
	}

	for (const alias of option.aliases) {
		test(`${alias} means ${name}`, t => {
			for (const value of fits(name))
				t.deepEqual(resolveConfig({...companyOf(name), [alias]: value})[name], only(name, value))
		})
	}
}

for (const [name, {type, min, max}] of ENTRIES) {
	const step = type === 'duration' ? 0.0005 : 1
	if (min !== undefined) {
		test(`${name} takes its least value and nothing below it`, t => {
			t.notThrows(() => only(name, min))
			refuses(t, name, min - step)
			if (type === 'duration' && min > 0) refuses(t, name, `${Math.ceil(min * 1000) - 1}ms`)
		})
	}
	if (max !== undefined) {
		test(`${name} takes its greatest value and nothing above it`, t => {
			t.notThrows(() => only(name, max))
			refuses(t, name, max + step)
			if (type === 'duration') refuses(t, name, {milliseconds: max * 1000 + 1})
		})
	}
}

for (const [name, option] of ENTRIES.filter(([, {type}]) => type === 'enum')) {
	test(`${name} refuses an unknown value and names the known ones`, t => {
		const problem = refuses(t, name, 'no-such-value')
		t.is(problem?.expected, option.expected)
		t.is(problem?.received, "'no-such-value'")
	})

	test(`${name} ${option.ignoreCase === undefined ? 'minds' : 'does not mind'} the letter case`, t => {
		const [value] = plainFits(name) as string[]
		const shouted = value?.toUpperCase()
		if (option.ignoreCase === undefined) refuses(t, name, shouted)
		else t.is(only(name, shouted), value)
	})
}

for (const [name, {methodSets}] of ENTRIES.filter(([, {type}]) => type === 'client')) {
	test(`${name} takes an object with the methods that it needs, and tells which are missing`, t => {
		for (const methods of methodSets ?? []) {
			const client = Object.fromEntries(methods.map(method => [method, () => undefined]))
			t.is(only(name, client), client)
			const [first = '', ...others] = methods
			const problem = refuses(t, name, {...client, [first]: 'no function'})
			t.regex(problem?.received ?? '', new RegExp(`without .*${first}`))
			for (const other of others) t.false(problem?.received.endsWith(other))
		}
	})
}

for (const type of Object.keys(sessionTypes) as SessionType[]) {
	test(`SESSION_TYPE ${type} is taken under all its names`, t => {
		for (const name of [type, ...sessionTypes[type].aliases, type.toUpperCase()]) {
			const store = type === 'custom' ? {SESSION_STORE: standIn(STORE_METHODS)} : {}
			const config = {SESSION_TYPE: name, ...store} as unknown as SessionConfig
			t.is(resolveConfig(config).SESSION_TYPE, type)
		}
	})
}

for (const type of plannedTypes) {
	test(`SESSION_TYPE ${type} is refused as not yet available`, t => {
		const [problem] = problemsOf({SESSION_TYPE: type} as unknown as SessionConfig)
		t.is(problem?.received, `'${type}', which is not yet available in this version`)
	})
}

test('SESSION_TYPE may be null, which is the type null', t => {
	t.is(resolveConfig({SESSION_TYPE: null}).SESSION_TYPE, 'null')
})

for (const [name, {appliesTo}] of ENTRIES) {
	if (appliesTo === undefined) continue
	test(`${name} is a problem with a session type that does not read it`, t => {
		const [value] = fits(name)
		for (const type of Object.keys(sessionTypes) as SessionType[]) {
			if (appliesTo.includes(type)) continue
			const store = type === 'custom' ? {SESSION_STORE: standIn(STORE_METHODS)} : {}
			const problems = problemsOf({SESSION_TYPE: type, ...store, [name]: value} as SessionConfig)
			const own = type === 'custom' || name !== 'SESSION_STORE' ? problems : problems.slice(0, 1)
			t.deepEqual(own, [
				{
					key: name,
					expected: `SESSION_TYPE ${appliesTo.map(other => `'${other}'`).join(' or ')} beside it`,
					received: `SESSION_TYPE '${type}'`,
				},
			])
		}
	})
}

test('an available store is a module that exports createStore', async t => {
	for (const {load} of Object.values(storeRegistry)) t.is(typeof (await load()).createStore, 'function')
})

test('the resolved configuration has all canonical names, no other, and is frozen', t => {
	const config = resolveConfig({SESSION_CACHELIB: undefined, SQLALCHEMY_ECHO: true} as SessionConfig)
	t.deepEqual(Object.keys(config).sort(), [...OPTION_NAMES].sort())
	t.true(Object.isFrozen(config))
	t.true(Object.isFrozen(config.SECRET_KEY_FALLBACKS))
})

function only(name: OptionName, value: unknown): unknown {
	return resolveConfig({...companyOf(name), [name]: value} as SessionConfig)[name]
}

function problemsOf(config: SessionConfig) {
	try {
		resolveConfig(config)
		return []
	} catch (error) {
		return (error as SessionError).problems
	}
}

function refuses(t: ExecutionContext, name: OptionName, value: unknown) {
	const problems = problemsOf({...companyOf(name), [name]: value})
	t.deepEqual(
		problems.map(problem => problem.key),
		[name],
		`${name} took ${String(value)}`,
	)
	return problems[0]
}
