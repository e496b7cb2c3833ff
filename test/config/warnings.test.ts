import {setImmediate} from 'node:timers/promises'
import test from 'ava'
import {resolveConfig} from '../../src/config/index.js'
import {options, sessionTypes} from '../../src/generated/options.js'
import type {SessionConfig} from '../../src/generated/types.js'
import {companyOf, ENTRIES} from './values.js'

// Each warns once for the process, so every code belongs to one test of this file.

test.serial('a configuration without deprecated options warns of nothing', async t => {
	t.deepEqual(await warningsOf({SESSION_TYPE: 'memory'}), [])
	t.deepEqual(await warningsOf({SESSION_USE_SIGNER: undefined}), [])
})

test.serial('a configuration that is refused warns of nothing', async t => {
	t.deepEqual(await warningsOf({SESSION_USE_SIGNER: true}), [])
})

for (const [type, {deprecation}] of Object.entries(sessionTypes)) {
	if (deprecation === undefined) continue
	test.serial(`SESSION_TYPE ${type} warns once when it is chosen, in the words of the schema`, async t => {
		t.deepEqual(await warningsOf({SESSION_TYPE: type} as SessionConfig), [{...deprecation, name: 'DeprecationWarning'}])
		t.deepEqual(await warningsOf({SESSION_TYPE: type} as SessionConfig), [])
	})
}

for (const [name, {deprecation, default: value}] of ENTRIES) {
	if (deprecation === undefined) continue
	test.serial(`${name} warns once when it is given, in the words of the schema`, async t => {
		const config = {...companyOf(name), [name]: value}
		const isOwn = ({code}: {code: string | undefined}) => code === deprecation.code
		t.deepEqual((await warningsOf(config)).filter(isOwn), [{...deprecation, name: 'DeprecationWarning'}])
		t.deepEqual((await warningsOf(config)).filter(isOwn), [])
		t.is(deprecation.code, `KSS_DEP_${name}`)
	})
}

test.serial('a lifetime that no cookie reaches warns once, and guesses at milliseconds', async t => {
	t.deepEqual(await warningsOf({PERMANENT_SESSION_LIFETIME: '400d'}), [])
	t.deepEqual(await warningsOf({PERMANENT_SESSION_LIFETIME: 86_400_000}), [
		{
			name: 'SessionWarning',
			code: 'KSS_LONG_LIFETIME',
			text:
				'PERMANENT_SESSION_LIFETIME is 1000 days, and browsers keep a cookie for at most 400. A number is seconds. ' +
				'If 86400000 is meant in milliseconds, write 86400.',
		},
	])
	t.deepEqual(await warningsOf({PERMANENT_SESSION_LIFETIME: '800d'}), [])
})

test.serial('the deprecated options are those that were meant', t => {
	t.deepEqual(
		ENTRIES.filter(([name]) => options[name].deprecation !== undefined).map(([name]) => name),
		['SESSION_USE_SIGNER', 'SESSION_FILE_DIR', 'SESSION_FILE_THRESHOLD', 'SESSION_FILE_MODE'],
	)
})

async function warningsOf(config: SessionConfig): Promise<{name: string; code: string | undefined; text: string}[]> {
	const warnings: {name: string; code: string | undefined; text: string}[] = []
	const listener = (warning: Error & {code?: string}) => {
		warnings.push({name: warning.name, code: warning.code, text: warning.message})
	}
	process.on('warning', listener)
	try {
		resolveConfig(config)
	} catch {
		// Whether it is refused is not what these tests look at.
	}
	await setImmediate()
	process.off('warning', listener)
	return warnings
}
