/** One run: its tabs over the instances, in the order that the schedule says, and what it broke. */

import {randomUUID} from 'node:crypto'
import type {Node} from './client.js'
import {describe, type Entry} from './history.js'
import {violations} from './model/index.js'
import type {Operation, Plan} from './plan.js'
import {interleave, type Turn} from './scheduler.js'

/** What every browser has done before the tabs are opened. */
const FIRST_VISIT: readonly Operation[] = [
	{do: 'set', key: 'red'},
	{do: 'set', key: 'blue'},
	{do: 'change nested'},
	{do: 'flash'},
]

const BROWSERS = 2

/** @throws Error with the broken promises and the schedule that broke them */
export async function play({tabs, variant, choices}: Plan, nodes: readonly Node[]): Promise<void> {
	const history: Entry[] = []
	const steps: string[] = []
	const cookies: (string | undefined)[] = []
	const run = randomUUID().slice(0, 8)
	const perform = async (browser: number, node: number, name: string, operations: readonly Operation[], turn: Turn) => {
		const cookie = await (nodes[node % nodes.length] as Node).perform(
			{name, cookie: cookies[browser], operations},
			variant,
			turn,
			fact => {
				history.push({request: name, fact})
			},
		)
		if (cookie !== undefined) cookies[browser] = cookie === 'deleted' ? undefined : cookie.sid
	}

	const atOnce: Turn = async () => 0
	for (let browser = 0; browser < BROWSERS; browser++) {
		await perform(browser, browser, `${run} browser ${browser}`, FIRST_VISIT, atOnce)
	}
	await interleave(
		tabs.map(({browser, requests}, tab) => async (turn: Turn) => {
			for (const [index, operations] of requests.entries()) {
				await perform(browser, tab, `${run} ${String.fromCharCode(65 + tab)}${index + 1}`, operations, turn)
			}
		}),
		choices,
		(tab, what, overlapping) => steps.push(`${overlapping ? '+' : ''}${String.fromCharCode(65 + tab)} ${what}`),
	)

	const broken = await violations(history, sid => (nodes[0] as Node).takeRecord(sid))
	if (broken.length === 0) return
	throw new Error(
		`${broken.join('\n')}\n\nThe schedule: ${steps.join(', ')}\n\n${describe(history).replaceAll(`${run} `, '')}`,
	)
}
