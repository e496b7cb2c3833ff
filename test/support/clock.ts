import type {StoreContext, StoreEntry} from '../../src/stores/contract.js'

/** What a store is given, the warnings that it gave, and what tests store by its clock. */
export interface TestContext extends StoreContext {
	/** The time `ms` from now. */
	in(ms: number): number
	/** @default 'data' for 60 s */
	entry(text?: string, lifetimeMs?: number): StoreEntry
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
		...contextOf(() => time),
		advance: ms => {
			time += ms
		},
	}
}

/** A context with the real time. */
export function realContext(): TestContext {
	return contextOf(Date.now)
}

/** The time `ms` from now, and what is stored until then: in real time. */
export const {in: inMs, entry} = realContext()

function contextOf(now: () => number): TestContext {
	const warnings: {message: string; code: string}[] = []
	const later = (ms: number) => now() + ms
	return {
		now,
		in: later,
		entry: (text = 'data', lifetimeMs = 60_000) => ({payload: Buffer.from(text), expiresAt: later(lifetimeMs)}),
		warnings,
		timeoutMs: 5000,
		warn: (message, code) => {
			if (!warnings.some(warning => warning.code === code)) warnings.push({message, code})
		},
	}
}
