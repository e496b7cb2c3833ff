/** Reads a configuration from environment variables, by the same schema as everything else. */

import {type ConfigProblem, configError} from '../errors.js'
import {options} from '../generated/options.js'
import type {SessionConfig} from '../generated/types.js'
import {describe} from './describe.js'
import {readNames} from './names.js'
import type {EnvironmentForm} from './table.js'
import {checkValue} from './values.js'

const TRUE = ['true', '1', 'yes', 'on']
const FALSE = ['false', '0', 'no', 'off']

/** What a string stands for; the string itself where it stands for nothing else, so that the check reports it. */
const PARSERS: Readonly<Record<Exclude<EnvironmentForm, 'none'>, (raw: string) => unknown>> = {
	boolean: raw => (TRUE.includes(raw.toLowerCase()) ? true : FALSE.includes(raw.toLowerCase()) ? false : raw),
	integer: raw => (/^[+-]?\d+$/u.test(raw.trim()) ? Number(raw) : raw),
	string: raw => raw,
	duration: raw => (raw.trimStart().startsWith('{') ? parseJson(raw) : raw),
	octal: raw => raw,
	json: parseJson,
}

/**
 * The options that environment variables set: `SESSION_*`, and the other names of the schema. A variable that is empty
 * counts as not set. The result is a configuration for `serverSession`, to which clients can be added.
 *
 * @param env the variables, by default those of the process
 * @throws SessionError `ERR_SESSION_CONFIG` that reports all problems together
 */
export function configFromEnv(env: Readonly<Record<string, string | undefined>> = process.env): SessionConfig {
	const set = Object.entries(env).filter(([, raw]) => raw !== '')
	const {given, problems: nameProblems} = readNames(set, 'environment')
	const problems: ConfigProblem[] = [...nameProblems]
	const config = new Map<string, unknown>()
	for (const [name, {name: key, value: raw}] of given) {
		const {environment, expected} = options[name]
		if (environment === 'none') {
			problems.push({
				key,
				expected: `no environment variable: set it in code, to ${expected}`,
				received: describe(raw, true),
			})
			continue
		}
		const value = PARSERS[environment](String(raw))
		const result = checkValue(name, value)
		if ('value' in result) config.set(name, value)
		else problems.push({key, expected, received: result.received})
	}
	if (problems.length > 0) throw configError(problems, 'The environment')
	return Object.fromEntries(config) as SessionConfig
}

function parseJson(raw: string): unknown {
	try {
		return JSON.parse(raw)
	} catch {
		return raw
	}
}
