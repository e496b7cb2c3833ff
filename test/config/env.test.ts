import test from 'ava'
import {configFromEnv, resolveConfig} from '../../src/config/index.js'
import type {SessionError} from '../../src/errors.js'
import type {OptionName} from '../../src/generated/types.js'
import {companyOf, ENTRIES, plainFits} from './values.js'

for (const [name, {environment, type}] of ENTRIES) {
	if (environment === 'none') {
		test(`${name} cannot be a variable`, t => {
			t.deepEqual(keysOf({[name]: 'x'}), [name])
		})
		continue
	}
	test(`${name} means the same as a variable and as an option`, t => {
		for (const value of plainFits(name)) {
			const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
			// A number that is a file mode is octal as a string.
			if (text === '' || (type === 'fileMode' && typeof value === 'number')) continue
			const company = companyOf(name)
			const fromEnv = resolveConfig({...company, ...configFromEnv({[name]: text})})
			t.deepEqual(fromEnv[name], resolveConfig({...company, [name]: value})[name])
		}
		t.pass()
	})
}

test('a boolean is read from the usual words in any letter case', t => {
	for (const text of ['true', '1', 'yes', 'on', 'TRUE', 'Yes']) t.true(configFromEnv({SESSION_LAZY: text}).SESSION_LAZY)
	for (const text of ['false', '0', 'no', 'off', 'OFF']) t.false(configFromEnv({SESSION_LAZY: text}).SESSION_LAZY)
	t.deepEqual(keysOf({SESSION_LAZY: 'maybe'}), ['SESSION_LAZY'])
	t.is(configFromEnv({SESSION_COOKIE_SECURE: 'auto'}).SESSION_COOKIE_SECURE, 'auto')
})

test('a number is read from digits only', t => {
	t.is(configFromEnv({SESSION_ID_LENGTH: '48'}).SESSION_ID_LENGTH, 48)
	for (const text of ['48.5', '0x30', '1e2', '3 2', 'many', 'NaN', 'Infinity', '-1', '15'])
		t.deepEqual(keysOf({SESSION_ID_LENGTH: text}), ['SESSION_ID_LENGTH'], text)
})

test('a list is read from JSON', t => {
	t.deepEqual(configFromEnv({SECRET_KEY_FALLBACKS: '["a", "b"]'}).SECRET_KEY_FALLBACKS, ['a', 'b'])
	for (const text of ['a,b', '["a"', '{"a": 1}', '[1]'])
		t.deepEqual(keysOf({SECRET_KEY_FALLBACKS: text}), ['SECRET_KEY_FALLBACKS'])
})

test('a variable that is empty or undefined counts as not set', t => {
	t.deepEqual(configFromEnv({SESSION_TYPE: '', SESSION_ID_LENGTH: '', SESSION_NO_SUCH: '', SECRET_KEY: undefined}), {})
})

for (const [name, {aliases, environment}] of ENTRIES) {
	for (const alias of aliases) {
		test(`the variable ${alias} means ${name}`, t => {
			if (environment === 'none') t.deepEqual(keysOf({[alias]: 'x'}), [alias])
			for (const value of environment === 'none' ? [] : plainFits(name)) {
				const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
				t.deepEqual(configFromEnv({[alias]: text}), configFromEnv({[name]: text}))
			}
		})
	}
}

test('an unknown SESSION_ variable is a problem, and the variables of others are ignored', t => {
	t.deepEqual(keysOf({SESSION_COLOUR: 'red', SESION_TYPE: 'redis'}), ['SESSION_COLOUR', 'SESION_TYPE'])
	t.deepEqual(configFromEnv({SESSION_MANAGER: 'x', XDG_SESSION_ID: '2', MY_SESSION: 'x', PATH: '/bin'}), {})
})

test('a variable that is usual for another library is ignored, and one that is nearly ours names ours', t => {
	t.deepEqual(configFromEnv({SESSION_SECRET: 'x', maxAge: '1', name: 'x', key: 'x'}), {})
	t.deepEqual(keysOf({SESSION_COOKIE_MAX_AGE: '1'}), ['SESSION_COOKIE_MAX_AGE'])
})

test('all problems are reported together, without secrets', t => {
	const env = {SESSION_LAZY: 'maybe', SESSION_STORE: 'x', SESSION_REDIS: 'hunter2', SESSION_FOO: '1'}
	const error = t.throws(() => configFromEnv(env))
	t.regex(error?.message ?? '', /^The environment has 4 problems:/)
	t.notRegex(error?.message ?? '', /hunter2/)
})

test('the environment of the process is the default', t => {
	process.env.SESSION_KEY_PREFIX = 'from-env:'
	t.teardown(() => {
		delete process.env.SESSION_KEY_PREFIX
	})
	t.is(configFromEnv().SESSION_KEY_PREFIX, 'from-env:')
})

function keysOf(env: Record<string, string>): readonly (OptionName | string)[] {
	try {
		configFromEnv(env)
		return []
	} catch (error) {
		return (error as SessionError).problems.map(problem => problem.key)
	}
}
