/** A call that is under way, in the list of all of them. */
interface Call {
	readonly dueAt: number
	readonly expire: () => void
	over: boolean
	previous: Call | undefined
	next: Call | undefined
}

/** Deadlines that are all equally far away. */
export interface Deadlines {
	/** Calls `expire` when the time is up, unless the function that is returned was called before. */
	start(expire: () => void): () => void
}

/**
 * Deadlines for calls that may each take `durationMs`. They end in the order in which they began, so one timer serves
 * all, and a call costs two links of a list in the place of a timer of its own.
 */
export function createDeadlines(durationMs: number): Deadlines {
	let first: Call | undefined
	let last: Call | undefined
	let timer: NodeJS.Timeout | undefined

	function expireDue(): void {
		timer = undefined
		while (first !== undefined && first.dueAt <= performance.now()) {
			const {expire} = first
			remove(first)
			expire()
		}
		if (first !== undefined) timer ??= setTimeout(expireDue, Math.ceil(first.dueAt - performance.now()))
	}

	function remove(call: Call): void {
		call.over = true
		if (call.previous === undefined) first = call.next
		else call.previous.next = call.next
		if (call.next === undefined) last = call.previous
		else call.next.previous = call.previous
		// nothing to wait for: the timer must not keep the process alive
		if (first === undefined) timer?.unref()
	}

	return {
		start(expire) {
			const call: Call = {dueAt: performance.now() + durationMs, expire, over: false, previous: last, next: undefined}
			if (last === undefined) first = call
			else last.next = call
			last = call
			if (timer === undefined) timer = setTimeout(expireDue, durationMs)
			else if (first === call) timer.ref()
			return () => {
				if (!call.over) remove(call)
			}
		},
	}
}
