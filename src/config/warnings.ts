/** Warns of what works and should not stay as it is, once for each process and code. */

import {options, sessionTypes} from '../generated/options.js'
import type {OptionName, SessionType} from '../generated/types.js'

/** What browsers grant a cookie (RFC 6265bis, 5.5). */
const LONGEST_COOKIE_DAYS = 400

const DAY_MS = 86_400_000

const warned = new Set<string>()

/** Warns for every deprecated option that was given, and for the session type, in the words of the schema. */
export function warnDeprecations(given: Iterable<OptionName>, sessionType: SessionType): void {
	for (const deprecation of [
		...[...given].map(name => options[name].deprecation),
		sessionTypes[sessionType].deprecation,
	]) {
		if (deprecation !== undefined) warn(deprecation.text, 'DeprecationWarning', deprecation.code)
	}
}

/**
 * Warns of a lifetime that no cookie reaches, with a guess: other libraries count it in milliseconds.
 *
 * @param given PERMANENT_SESSION_LIFETIME as the application gave it
 * @param lifetimeMs the same in milliseconds
 */
export function warnLongLifetime(given: unknown, lifetimeMs: number): void {
	if (lifetimeMs <= LONGEST_COOKIE_DAYS * DAY_MS) return
	const days = Math.round(lifetimeMs / DAY_MS)
	const guess = typeof given === 'number' ? ` If ${given} is meant in milliseconds, write ${given / 1000}.` : ''
	warn(
		`PERMANENT_SESSION_LIFETIME is ${days} days, and browsers keep a cookie for at most ${LONGEST_COOKIE_DAYS}. ` +
			`A number is seconds.${guess}`,
		'SessionWarning',
		'KSS_LONG_LIFETIME',
	)
}

function warn(text: string, type: string, code: string): void {
	if (warned.has(code)) return
	warned.add(code)
	process.emitWarning(text, type, code)
}
