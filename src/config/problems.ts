/** How the faults of a configuration are reported: all at once, in one error. */

import {type ConfigProblem, SessionError} from '../errors.js'

/**
 * Throws when there are problems.
 *
 * @param subject what has them: `The session configuration`
 * @throws SessionError `ERR_SESSION_CONFIG` whose message lists all of them, and which carries them as `problems`
 */
export function throwIfAny(problems: readonly ConfigProblem[], subject: string): void {
	if (problems.length === 0) return
	const lines = problems.map(({key, expected, received}) => `- ${key}: expected ${expected}; received ${received}`)
	const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
	throw new SessionError('ERR_SESSION_CONFIG', `${subject} has ${count}:\n${lines.join('\n')}`, {problems})
}
