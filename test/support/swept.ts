import type {SessionStore} from '../../src/stores/contract.js'

/** Sweeps a store, and tells how many records it has removed. */
export async function swept(store: SessionStore, batch = 10): Promise<number> {
	let total = 0
	for await (const removed of store.sweep?.({batch}) ?? []) total += removed
	return total
}
