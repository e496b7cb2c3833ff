/** From what the application gives to what the code reads. */

import {type ConfigProblem, configError} from '../errors.js'
import {options, type RuleId, rules} from '../generated/options.js'
import type {OptionName, ResolvedConfig, SessionConfig} from '../generated/types.js'
import {withAppKeys} from './app-keys.js'
import {describe} from './describe.js'
import {misplacedOptions} from './misplaced.js'
import {type Given, OPTION_NAMES, readNames} from './names.js'
import {ruleChecks} from './rules.js'
import {checkValue, defaultValue} from './values.js'
import {warnDeprecations, warnLongLifetime} from './warnings.js'

/** What a configuration may take from around it. */
export interface ConfigSurroundings {
	/** `app.keys`, which sign when SESSION_USE_SIGNER is on and there is no SECRET_KEY. */
	readonly appKeys?: unknown
}

/**
 * Checks a configuration and fills in what it leaves out. Deprecated options warn, once for each process.
 *
 * @param input options by name; other keys are ignored unless they look like an option; `undefined` is not given
 * @throws SessionError `ERR_SESSION_CONFIG` that reports all problems together
 */
export function resolveConfig(input: SessionConfig = {}, surroundings: ConfigSurroundings = {}): ResolvedConfig {
	if (typeof input !== 'object' || input === null || Array.isArray(input) || input instanceof Promise) {
		throw configError([{key: 'configuration', expected: 'an object with options', received: describe(input)}])
	}
	const {given, problems: nameProblems} = readNames(Object.entries(input), 'object')
	const {values, problems: valueProblems, faulty} = checkValues(given)
	const {config, problem: keyProblem} = withAppKeys(withDefaults(values), surroundings.appKeys)
	if (keyProblem !== undefined) faulty.add('SECRET_KEY')

	const misplaced = faulty.has('SESSION_TYPE') ? [] : misplacedOptions(given, config.SESSION_TYPE)
	const problems = [
		...nameProblems,
		...valueProblems,
		...misplaced,
		keyProblem ?? [],
		brokenRules(config, faulty),
	].flat()
	if (problems.length > 0) throw configError(problems)
	warnDeprecations(given.keys(), config.SESSION_TYPE)
	warnLongLifetime(given.get('PERMANENT_SESSION_LIFETIME')?.value, config.PERMANENT_SESSION_LIFETIME)
	return Object.freeze(config)
}

function checkValues(given: ReadonlyMap<OptionName, Given>): {
	values: Map<OptionName, unknown>
	problems: ConfigProblem[]
	faulty: Set<string>
} {
	const values = new Map<OptionName, unknown>()
	const problems: ConfigProblem[] = []
	const faulty = new Set<string>()
	for (const [name, {name: key, value}] of given) {
		const result = checkValue(name, value)
		if ('value' in result) values.set(name, result.value)
		else {
			problems.push({key, expected: options[name].expected, received: result.received})
			faulty.add(name)
		}
	}
	return {values, problems, faulty}
}

function withDefaults(values: ReadonlyMap<OptionName, unknown>): ResolvedConfig {
	const entries = OPTION_NAMES.map(name => [name, values.has(name) ? values.get(name) : defaultValue(name)])
	// The table and the types come from one schema, so every name has a value of its type.
	return Object.fromEntries(entries) as ResolvedConfig
}

// A rule is left alone while one of its options has no good value: one mistake makes one message.
function brokenRules(config: ResolvedConfig, faulty: ReadonlySet<string>): ConfigProblem[] {
	return (Object.keys(rules) as RuleId[]).flatMap(id => {
		const {options: names, expected} = rules[id]
		if (names.some(name => faulty.has(name))) return []
		const received = ruleChecks[id](config)
		return received === undefined ? [] : [{key: names[0] ?? id, expected, received}]
	})
}
