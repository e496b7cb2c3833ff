/** Durations as users write them: seconds as a number, a string such as `1h30m`, or an object such as `{days: 31}`. */

const UNITS = {w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1} as const

const PARTS = {
	weeks: UNITS.w,
	days: UNITS.d,
	hours: UNITS.h,
	minutes: UNITS.m,
	seconds: UNITS.s,
	milliseconds: UNITS.ms,
} as const

/** The strings that are durations, as the source of a regular expression: `90s`, `1h30m`, `1.5h`, `60` (seconds). */
export const DURATION_PATTERN = String.raw`^(?:\d+(?:\.\d+)?|(?:\d+(?:\.\d+)?(?:w|d|h|ms|m|s) ?)+)$`

/** The names of the parts of a duration that is given as an object. */
export const DURATION_PARTS = Object.keys(PARTS) as readonly (keyof typeof PARTS)[]

/**
 * The milliseconds of a duration, not rounded; `undefined` when the value is not a duration.
 *
 * @param value seconds, a string or an object of parts, none of them negative
 */
export function parseDuration(value: unknown): number | undefined {
	const milliseconds = inMilliseconds(value)
	return milliseconds !== undefined && Number.isFinite(milliseconds) ? milliseconds : undefined
}

function inMilliseconds(value: unknown): number | undefined {
	if (typeof value === 'number') return value >= 0 ? value * UNITS.s : undefined
	if (typeof value === 'string') return parseString(value)
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) return parseParts(value)
	return undefined
}

function parseString(text: string): number | undefined {
	if (!new RegExp(DURATION_PATTERN, 'u').test(text)) return undefined
	let total = 0
	for (const [, amount, unit] of text.matchAll(/([\d.]+)(w|d|h|ms|m|s)?/gu)) {
		total += Number(amount) * UNITS[(unit ?? 's') as keyof typeof UNITS]
	}
	return total
}

function parseParts(parts: object): number | undefined {
	const entries = Object.entries(parts).filter(([, amount]) => amount !== undefined)
	let total = 0
	for (const [name, amount] of entries) {
		if (!Object.hasOwn(PARTS, name) || typeof amount !== 'number' || !(amount >= 0)) return undefined
		total += amount * PARTS[name as keyof typeof PARTS]
	}
	return entries.length > 0 ? total : undefined
}
