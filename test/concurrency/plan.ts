/** What the clients of one run do, and how the generator makes it: plain data, so that a counterexample can be read. */

import fc from 'fast-check'

/** One step of a handler. */
export type Operation =
	/** `own` stands for a key that no other request uses. */
	| {readonly do: 'set'; readonly key: SetKey}
	| {readonly do: 'delete'; readonly key: SharedKey}
	| {readonly do: (typeof PLAIN)[number]}
	/** Ends the handler with an error of this status. */
	| {readonly do: 'throw'; readonly status: 400 | 500}

export type SharedKey = 'red' | 'blue'
export type SetKey = SharedKey | 'own'

const PLAIN = [
	'change nested',
	'update',
	'flash',
	'show flashes',
	'save',
	'reload',
	'wait',
	'clear',
	'replace',
	'regenerate',
	'regenerate keeping red',
	'destroy',
	'set to null',
] as const

/** A tab of a browser: its requests follow each other, and overlap with those of other tabs. */
export interface Tab {
	/** Tabs of one browser share their cookies. */
	readonly browser: number
	/** The steps of each request. */
	readonly requests: readonly (readonly Operation[])[]
}

/** How the instances of a run are set up. */
export interface Variant {
	/** SESSION_REGENERATE_GRACE of one hour instead of 0. */
	readonly grace: boolean
	/** The cookie is sent with every response: SESSION_REFRESH_EACH_REQUEST `exact`. */
	readonly exact: boolean
	/** The expiry is moved by a second call, as on a store that does not extend on read. */
	readonly touches: boolean
}

/** One run. */
export interface Plan {
	readonly tabs: readonly Tab[]
	readonly variant: Variant
	/** What the scheduler releases at each step; when they are used up, always the first that waits. */
	readonly choices: readonly number[]
}

const plain = (...names: (typeof PLAIN)[number][]) => fc.constantFrom(...names).map((name): Operation => ({do: name}))

const operation: fc.Arbitrary<Operation> = fc.oneof(
	{
		arbitrary: fc.constantFrom<SetKey>('own', 'red', 'blue').map((key): Operation => ({do: 'set', key})),
		weight: 6,
	},
	{arbitrary: plain('change nested', 'update', 'flash', 'show flashes', 'save', 'wait'), weight: 9},
	{arbitrary: fc.constantFrom<SharedKey>('red', 'blue').map((key): Operation => ({do: 'delete', key})), weight: 2},
	{arbitrary: plain('clear', 'replace', 'reload'), weight: 2},
	{arbitrary: plain('regenerate', 'regenerate keeping red'), weight: 2},
	{arbitrary: plain('destroy', 'set to null'), weight: 1},
	{arbitrary: fc.constantFrom<400 | 500>(400, 500).map((status): Operation => ({do: 'throw', status})), weight: 1},
)

const tab: fc.Arbitrary<Tab> = fc.record({
	browser: fc.constantFrom(0, 0, 0, 0, 1),
	requests: fc.array(fc.array(operation, {maxLength: 4}), {minLength: 1, maxLength: 2}),
})

/** Random runs of two to four tabs. They shrink to fewer steps and fewer switches between the tabs. */
export const plans: fc.Arbitrary<Plan> = fc.record({
	tabs: fc.array(tab, {minLength: 2, maxLength: 4, size: 'max'}),
	variant: fc.record({grace: fc.boolean(), exact: fc.boolean(), touches: fc.boolean()}),
	choices: fc.array(fc.nat(15), {maxLength: 40, size: 'max'}),
})
