import type {StoreContext} from '../../src/stores/contract.js'

/** What a store is given, and the warnings that it gave. */
export interface TestContext extends StoreContext {
	readonly warnings: readonly {readonly message: string; readonly code: string}[]
}

/** A context whose clock a test moves by hand. */
export interface ManualContext extends TestContext {
	advance(ms: number): void
}

/** A context whose time stands still until it is advanced. */
export function manualContext(start = Date.now()): ManualContext {
	let time = start
	return {
		...recording(),
		now: () => time,
		advance: ms => {
			time += ms
		},
	}
}

/** A context with the real time. */
export function realContext(): TestContext {
	return {...recording(), now: Date.now}
}

function recording() {
	const warnings: {message: string; code: string}[] = []
	return {
		warnings,
		timeoutMs: 5000,
		warn: (message: string, code: string) => {
			if (!warnings.some(warning => warning.code === code)) warnings.push({message, code})
		},
	}
}
