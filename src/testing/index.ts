/**
 * For the tests of stores and applications: `koa-server-session/testing`.
 *
 * The conformance suite is a list of cases that any test runner can run:
 *
 * ```ts
 * import test from 'ava'
 * import {storeConformance} from 'koa-server-session/testing'
 *
 * for (const {title, run} of storeConformance({name: 'my store', open: async () => ({store: myStore()})})) {
 * 	test(title, async t => t.log(await run()))
 * }
 * ```
 */

import {basics} from './conformance/basics.js'
import {benchOf, type Rule, type StoreUnderTest} from './conformance/bench.js'
import {concurrency} from './conformance/concurrency.js'
import {content} from './conformance/content.js'
import {expiry} from './conformance/expiry.js'

export {sessionCookie} from '../middleware/index.js'
export type {StoreUnderTest} from './conformance/bench.js'

/** What {@link storeConformance} needs. */
export interface ConformanceOptions {
	/** The name of the store, for the titles. */
	readonly name: string
	/** Opens the store for one case. Every case uses keys of its own, so all of them may share one backend. */
	open(): Promise<StoreUnderTest>
	/**
	 * The lifetime of records that have to expire during a case, in milliseconds: long enough for a few calls of the
	 * store. Where it was too short, because calls took longer, the case is tried again with twice as much.
	 * @default 400
	 */
	readonly shortMs?: number
}

/** One case of the suite. */
export interface ConformanceCase {
	readonly title: string
	/**
	 * `does not apply`: the rule is about something that the store does not declare or have. Rejects with an
	 * `AssertionError` when the store breaks the rule.
	 */
	run(): Promise<'passed' | 'does not apply'>
}

/**
 * Every rule of the store contract as a case. Rules for a capability run where it is declared; where it is not, the
 * weaker rule in its place does.
 */
export function storeConformance({name, open, shortMs = 400}: ConformanceOptions): readonly ConformanceCase[] {
	return [...basics, ...expiry, ...content, ...concurrency].map(rule => ({
		title: `${name}: ${rule.title}`,
		async run() {
			for (let attempt = 1; ; attempt++) {
				const outcome = await tryOnce(rule, open, shortMs * 2 ** (attempt - 1), attempt === ATTEMPTS)
				if (outcome !== 'too slow') return outcome
			}
		},
	}))
}

/** How often a case is tried in which a short lifetime has ended too early. */
const ATTEMPTS = 5

async function tryOnce(rule: Rule, open: ConformanceOptions['open'], shortMs: number, isLast: boolean) {
	const target = await open()
	try {
		if (rule.when !== undefined && !rule.when(target)) return 'does not apply'
		const other = await target.another?.()
		const bench = benchOf(target, other ?? target.store, shortMs)
		try {
			await rule.check(bench)
		} catch (error) {
			if (isLast || !bench.wasTooSlow()) throw error
			return 'too slow'
		} finally {
			await other?.close()
		}
		return 'passed'
	} finally {
		await target.store.close()
		await target.release?.()
	}
}
