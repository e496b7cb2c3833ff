/** The other end of remote.ts. Arguments: descriptor, key prefix. Ends when it is disconnected. */

import type {Descriptor} from '../support/harness.js'
import {openDescriptor} from '../support/open-descriptor.js'
import {createNode} from './client.js'
import type {Order, Report} from './remote.js'

const [descriptor = '', keyPrefix = ''] = process.argv.slice(2)
const {store, end} = await openDescriptor(JSON.parse(descriptor) as Descriptor)
const node = createNode(store, keyPrefix)
const waiting = new Map<number, (steps: number) => void>()
const report = (message: Report) => process.send?.(message)

process.on('message', (order: Order) => {
	const {id} = order
	if (order.do === 'go on') {
		waiting.get(id)?.(order.steps)
		return
	}
	carryOut(order).then(
		result => report({id, is: 'done', result}),
		error => report({id, is: 'failed', message: String(error?.stack)}),
	)
})
process.once('disconnect', end)
report({is: 'ready'})

function carryOut(order: Exclude<Order, {do: 'go on'}>): Promise<unknown> {
	const {id} = order
	if (order.do === 'take') return node.takeRecord(order.sid)
	return node.perform(
		order.request,
		order.variant,
		what =>
			new Promise(resolve => {
				waiting.set(id, resolve)
				report({id, is: 'waiting', what})
			}),
		fact => report({id, is: 'fact', fact}),
	)
}
