import type {ExecutionContext} from 'ava'
import fc, {type RunDetails} from 'fast-check'
import type {Node} from './client.js'
import {type Plan, plans} from './plan.js'
import {play} from './play.js'

/** How many interleavings a store has to stand, or as many as fit into {@link TIME_MS}, where it is slow. */
export const RUNS = Number(process.env.KSS_INTERLEAVINGS ?? 2000)

/** How many where one run says less: another client of the same store, or two pipes for every step. */
export const FEWER_RUNS = Math.min(300, RUNS)

const TIME_MS = process.env.KSS_INTERLEAVINGS === undefined ? 40_000 : 150_000

const FEWEST = 20

/** KSS_SEED repeats a run that failed. */
const SEED = process.env.KSS_SEED === undefined ? Date.now() : Number(process.env.KSS_SEED)

/** Plays `runs` random plans over the instances, and tells how it went; a failing plan is shrunk first. */
export async function playAll(t: ExecutionContext, nodes: readonly Node[], runs = RUNS): Promise<RunDetails<[Plan]>> {
	const began = performance.now()
	const details = await fc.check(
		fc.asyncProperty(plans, plan => play(plan, nodes)),
		{numRuns: runs, seed: SEED, includeErrorInReport: true, interruptAfterTimeLimit: TIME_MS},
	)
	t.true(
		details.failed || details.numRuns >= Math.min(runs, FEWEST),
		`only ${details.numRuns} interleavings in ${TIME_MS / 1000} s`,
	)
	t.log(`${details.numRuns} interleavings, seed ${SEED}, ${((performance.now() - began) / 1000).toFixed(1)} s`)
	return details
}

/** What to say of a run that failed: the seed, the shrunk plan, and its schedule. */
export function reportOf(details: RunDetails<[Plan]>): string {
	return `${fc.defaultReportMessage(details)}\nRepeat with KSS_SEED=${SEED}`
}
