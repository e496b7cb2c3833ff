/** An instance of the application in another process: its turns and facts go through this one. */

import {type ChildProcess, fork} from 'node:child_process'
import {once} from 'node:events'
import type {Cookie} from '../support/deliver.js'
import type {Descriptor, Owner} from '../support/harness.js'
import type {Node, Request} from './client.js'
import type {Fact, Tell} from './history.js'
import type {Variant} from './plan.js'
import type {Turn} from './scheduler.js'

/** From here to the instance; `id` names one call. */
export type Order = {readonly id: number} & (
	| {readonly do: 'perform'; readonly request: Request; readonly variant: Variant}
	| {readonly do: 'go on'; readonly steps: number}
	| {readonly do: 'take'; readonly sid: string}
)

/** From the instance. */
export type Report =
	| {readonly is: 'ready'}
	| ({readonly id: number} & (
			| {readonly is: 'waiting'; readonly what: string}
			| {readonly is: 'fact'; readonly fact: Fact}
			| {readonly is: 'done'; readonly result: unknown}
			| {readonly is: 'failed'; readonly message: string}
	  ))

interface Call {
	readonly turn?: Turn
	readonly tell?: Tell
	resolve(result: unknown): void
	reject(error: Error): void
}

/** Starts an instance over the store of `descriptor`, which ends with its owner. */
export async function startInstance(
	owner: Owner,
	descriptor: Descriptor | undefined,
	keyPrefix: string,
): Promise<Node> {
	const child = fork(new URL('instance.ts', import.meta.url), [JSON.stringify(descriptor), keyPrefix], {
		execArgv: ['--import=tsx'],
	})
	const ended = once(child, 'exit')
	const calls = new Map<number, Call>()
	let lastId = 0
	child.on('message', (report: Report) => {
		if (report.is !== 'ready') receive(child, calls, report)
	})
	child.on('exit', code => {
		for (const {reject} of calls.values()) reject(new Error(`An instance ended with ${code}`))
	})
	owner.teardown(async () => {
		if (child.connected) child.disconnect()
		await ended
	})
	await once(child, 'message')

	const call = (make: (id: number) => Order, listeners: Pick<Call, 'turn' | 'tell'> = {}) =>
		new Promise<unknown>((resolve, reject) => {
			lastId += 1
			calls.set(lastId, {...listeners, resolve, reject})
			child.send(make(lastId))
		})

	return {
		perform: (request, variant, turn, tell) =>
			call(id => ({id, do: 'perform', request, variant}), {turn, tell}) as Promise<Cookie>,
		takeRecord: sid => call(id => ({id, do: 'take', sid})) as ReturnType<Node['takeRecord']>,
	}
}

function receive(child: ChildProcess, calls: Map<number, Call>, report: Exclude<Report, {is: 'ready'}>): void {
	const {id} = report
	const call = calls.get(id) as Call
	switch (report.is) {
		case 'fact':
			call.tell?.(report.fact)
			return
		case 'waiting':
			call.turn?.(report.what).then(steps => child.send({id, do: 'go on', steps} satisfies Order))
			return
		case 'done':
			calls.delete(id)
			call.resolve(report.result)
			return
		case 'failed':
			calls.delete(id)
			call.reject(new Error(report.message))
	}
}
