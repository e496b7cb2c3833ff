import type {StoreContext} from '../../src/stores/contract.js'

/** A clock that a test moves by hand, and the warnings that were given. */
export interface TestContext extends StoreContext {
	advance(ms: number): void
	readonly warnings: readonly {readonly message: string; readonly code: string}[]
}

/** A context whose time stands still until it is advanced. */
export function manualContext(start = Date.now()): TestContext {
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
	return {
		...recording(),
		now: Date.now,
		advance: () => {
			throw new Error('the real time cannot be moved')
		},
	}
}

function recording() {
	const warnings: {message: string; code: string}[] = []
	return {
		warnings,
		warn: (message: string, code: string) => {
			if (!warnings.some(warning => warning.code === code)) warnings.push({message, code})
		},
	}
}
