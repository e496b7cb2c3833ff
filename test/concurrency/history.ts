/** What happened in one run, in order: plain data, also sent between processes. */

import type {Cookie} from '../support/deliver.js'

/** A value of session data as JSON; `undefined`: there is none. */
export type Json = string | undefined

/** Something that a client did or saw. `sid` is always `ctx.session.sid` after it. */
export type Fact =
	| {readonly is: 'begun'; readonly cookie: string | undefined}
	| {readonly is: 'asked'; readonly what: string}
	/** The store gave or took a whole record. */
	| {
			readonly is: 'read' | 'written'
			readonly sid: string
			readonly data: Readonly<Record<string, unknown>> | undefined
	  }
	| {readonly is: 'loaded'; readonly sid: string; readonly isNew: boolean}
	| {readonly is: 'step'; readonly what: string}
	| {readonly is: 'put'; readonly key: string; readonly value: Json}
	| {readonly is: 'flashed'; readonly message: string}
	| {readonly is: 'shown'; readonly messages: readonly string[]}
	| {readonly is: 'cleared'}
	| {readonly is: 'regenerated'; readonly sid: string; readonly keep: readonly string[] | undefined}
	| {readonly is: 'updating'}
	| {readonly is: 'updated'; readonly error: string | undefined; readonly sid: string}
	| {readonly is: 'saving'}
	| {readonly is: 'saved'; readonly error: string | undefined; readonly sid: string}
	| {readonly is: 'reloading'}
	| {readonly is: 'reloaded'; readonly found: boolean; readonly sid: string}
	| {readonly is: 'destroying'}
	| {readonly is: 'destroyed'; readonly error: string | undefined; readonly sid: string}
	| {readonly is: 'set to null'; readonly sid: string}
	/** The handler has ended; `dropping`: by an error after which changes are not stored. */
	| {readonly is: 'ending'; readonly expected: number; readonly dropping: boolean}
	| {readonly is: 'answered'; readonly status: number; readonly cookie: Cookie}

/** A fact, and whose. Its place in the history is its time. */
export interface Entry {
	readonly request: string
	readonly fact: Fact
}

/** Takes facts as they happen. */
export type Tell = (fact: Fact) => void

/** Marks what SESSION_REGENERATE_GRACE has left of a session, where a request was given it. */
export const FORMER = '(former)'

/** A schedule that a person can follow: one line for each fact, with short names for the ids. */
export function describe(history: readonly Entry[]): string {
	const names = new Map<string, string>()
	const shorten = (sid: string) => {
		if (!names.has(sid)) names.set(sid, `id${names.size + 1}`)
		return names.get(sid)
	}
	return history
		.map(({request, fact}) => {
			const {is, ...rest} = fact
			const text = JSON.stringify(rest, (name, value) =>
				(name === 'sid' || (name === 'cookie' && value?.sid === undefined && value !== 'deleted')) &&
				typeof value === 'string'
					? shorten(value)
					: value,
			)
			return `  ${request}: ${is} ${text}`
		})
		.join('\n')
}
