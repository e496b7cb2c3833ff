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
 * 	test(title, run)
 * }
 * ```
 */

import {basics} from './conformance/basics.js'
import {benchOf, type Rule, type StoreUnderTest} from './conformance/bench.js'
import {concurrency} from './conformance/concurrency.js'
import {content} from './conformance/content.js'
import {expiry} from './conformance/expiry.js'

export type {StoreUnderTest} from './conformance/bench.js'

/** What {@link storeConformance} needs. */
export interface ConformanceOptions {
	/** The name of the store, for the titles. */
	readonly name: string
	/** Opens the store for one case. Every case uses keys of its own, so all of them may share one backend. */
	open(): Promise<StoreUnderTest>
}

/** One case of the suite. */
export interface ConformanceCase {
	readonly title: string
	/** Rejects with an `AssertionError` when the store breaks the rule. */
	run(): Promise<void>
}

/**
 * Every rule of the store contract as a case. Rules for a capability run where it is declared; where it is not, the
 * weaker rule in its place does. A case that does not concern the store does nothing.
 */
export function storeConformance({name, open}: ConformanceOptions): readonly ConformanceCase[] {
	return [...basics, ...expiry, ...content, ...concurrency].map(rule => ({
		title: `${name}: ${rule.title}`,
		async run() {
			let attempt = 1
			while (!(await conclusive(rule, open, attempt === ATTEMPTS))) attempt += 1
		},
	}))
}

/** On a machine under load a short lifetime can end before its time in the case; then the case is tried again. */
const ATTEMPTS = 10

async function conclusive(rule: Rule, open: ConformanceOptions['open'], last: boolean): Promise<boolean> {
	const target = await open()
	try {
		if (rule.when !== undefined && !rule.when(target)) return true
		const other = await target.another?.()
		const bench = benchOf(target, other ?? target.store)
		try {
			await rule.check(bench)
		} catch (error) {
			if (last || !bench.wasTooSlow()) throw error
			return false
		} finally {
			await other?.close()
		}
		return true
	} finally {
		await target.store.close()
		await target.release?.()
	}
}
