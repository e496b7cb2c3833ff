import type {SessionStore, StoreContext} from '../../src/stores/contract.js'
import {realContext} from './clock.js'
import type {Descriptor, HarnessFile} from './harness.js'

/** Opens the records of a descriptor, in whatever process; `end` closes the store and its client. */
export async function openDescriptor(
	{file, place}: Descriptor,
	context: StoreContext = realContext(),
): Promise<{
	readonly store: SessionStore
	end(): Promise<void>
}> {
	const {open} = await loadHarness(file)
	if (open === undefined) throw new Error(`Only one process can open the records of ${file}`)
	const {store, release} = await open(place, context)
	return {
		store,
		async end() {
			await store.close()
			await release?.()
		},
	}
}

/** Imports a file of harnesses/, and with it the clients that only its stores need. */
export function loadHarness(file: string): Promise<HarnessFile> {
	return import(`./harnesses/${file}.js`)
}
