/** The recorded behaviour of Flask-Session 0.8.0, read from the fixture, and what it says in our terms. */
import {readFileSync} from 'node:fs'

/** One request of a recording. */
export interface RecordedStep {
	readonly request: string
	readonly cookie: string | null
	readonly status: number
	readonly set_cookie: readonly string[]
	readonly vary: readonly string[]
	/** Absent or null where it was not recorded. */
	readonly body?: string | null
	readonly store: readonly (readonly (string | {readonly hex: string})[])[]
}

/** One recording: a configuration, what was in redis, and requests. */
export interface Scenario {
	readonly scenario: string
	readonly config: Readonly<Record<string, unknown>>
	readonly stored_before?: readonly {readonly key: string; readonly hex: string; readonly px?: number}[]
	readonly steps: readonly RecordedStep[]
}

/** What one request shows to its client, and does to the store. */
export interface Observed {
	readonly status: number
	readonly setCookie: readonly string[]
	readonly vary: readonly string[]
	/** `undefined`: not compared. */
	readonly body: string | undefined
	/**
	 * `read <key>`, `write <key> <hex> for <seconds> s`, `extend <key> for <seconds> s`, `delete <key>`: sorted. A write of
	 * the bytes that are there is an `extend`; what is written or deleted is not said to be extended.
	 */
	readonly effects: readonly string[]
}

/** All recordings, with ids of the form that a store is asked for. */
export const scenarios: readonly Scenario[] = wellFormedIds(
	JSON.parse(readFileSync(new URL('../../fixtures/behaviour.json', import.meta.url), 'utf8')).scenarios,
)

/** `known`, `unknown` and `other` stand for ids that Flask-Session could have made: here they get 11 characters more. */
function wellFormedIds(recorded: readonly Scenario[]): readonly Scenario[] {
	const text = JSON.stringify(recorded, (key, value) =>
		(key === 'cookie' || key === 'key' || key === 'set_cookie' || key === 'store') && value !== null
			? JSON.parse(JSON.stringify(value).replace(/(nown|o wn|other)(?![a-z])/g, '$1_0123456789'))
			: value,
	)
	return JSON.parse(text)
}

/** What Flask-Session showed and did, step by step. */
export function recordedSteps({stored_before = [], steps}: Scenario): readonly Observed[] {
	const held = new Map(stored_before.filter(({px}) => px === undefined).map(({key, hex}) => [key, hex]))
	return steps.map(step => ({
		status: step.status,
		setCookie: step.set_cookie,
		vary: step.vary,
		body: step.body ?? undefined,
		effects: effectsOf(
			step.store.map(([command, key, value, _unit, seconds]) => {
				if (command === 'GET') return {kind: 'read', key: String(key)}
				if (command === 'DEL') return {kind: 'delete', key: String(key)}
				return {kind: 'write', key: String(key), hex: (value as {hex: string}).hex, seconds: Number(seconds)}
			}),
			held,
		),
	}))
}

/** What a command does to a key. */
export type Effect =
	| {readonly kind: 'read' | 'delete'; readonly key: string}
	| {readonly kind: 'write'; readonly key: string; readonly hex: string; readonly seconds: number}
	| {readonly kind: 'extend'; readonly key: string; readonly seconds: number}

/** The texts of {@link Observed.effects}; `held` is what the store holds by key, and is brought up to date. */
export function effectsOf(effects: readonly Effect[], held: Map<string, string>): string[] {
	const said = new Set<string>()
	const rewritten = new Set<string>()
	for (const effect of effects) {
		const {kind, key} = effect
		if (kind === 'read') said.add(`read ${key}`)
		if (kind === 'delete') {
			said.add(`delete ${key}`)
			rewritten.add(key)
			held.delete(key)
		}
		if (kind === 'extend' || (kind === 'write' && held.get(key) === effect.hex)) {
			if (held.has(key)) said.add(`extend ${key} for ${effect.seconds} s`)
		} else if (kind === 'write') {
			said.add(`write ${key} ${effect.hex} for ${effect.seconds} s`)
			rewritten.add(key)
			held.set(key, effect.hex)
		}
	}
	return [...said].filter(text => !(text.startsWith('extend ') && rewritten.has(text.split(' ')[1] ?? ''))).sort()
}
