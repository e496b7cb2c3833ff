/** Asks for permission to go on, waits until the scheduler grants it, and tells how many steps were granted so far. */
export type Turn = (what: string) => Promise<number>

/** What has to be done, in steps that each wait for their turn. */
export type Actor = (turn: Turn) => Promise<void>

/** How long no actor may move: above that the run is stuck. */
const STUCK_MS = 20_000

interface Waiting {
	readonly what: string
	readonly go: (steps: number) => void
}

/**
 * Runs `actors` so that `choices` decides who makes the next step. Between two decisions every actor either waits for
 * its turn or has ended, so the same choices give the same order. The lower two bits of a choice name the actor; the
 * upper two may name a second one, whose step then overlaps the first.
 */
export async function interleave(
	actors: readonly Actor[],
	choices: readonly number[],
	onStep: (actor: number, what: string, overlapping: boolean) => void,
): Promise<void> {
	const waiting = new Map<number, Waiting>()
	let running = actors.length
	let granted = 0
	let quiet: (() => void) | undefined
	const checkQuiet = () => {
		if (waiting.size === running) quiet?.()
	}
	const untilQuiet = () =>
		new Promise<void>((resolve, reject) => {
			const timer = setTimeout(() => reject(new Error('No step could be made: the run is stuck')), STUCK_MS)
			quiet = () => {
				clearTimeout(timer)
				quiet = undefined
				resolve()
			}
			checkQuiet()
		})

	const ended = actors.map(async (actor, index) => {
		try {
			await actor(
				what =>
					new Promise(go => {
						waiting.set(index, {what, go})
						checkQuiet()
					}),
			)
		} finally {
			running -= 1
			checkQuiet()
		}
	})
	const all = Promise.all(ended)
	all.catch(() => undefined)

	for (let step = 0; ; step++) {
		await untilQuiet()
		if (running === 0) break
		const choice = choices[step] ?? 0
		const first = release(choice & 3, false)
		const second = choice >> 2
		if (second > 0 && waiting.size > 0) release(second - 1, true)
		first()
	}
	await all

	/** Lets the chosen one of those that wait go on; the first of an overlapping pair is started last. */
	function release(choice: number, overlapping: boolean): () => void {
		const indexes = [...waiting.keys()].sort((a, b) => a - b)
		const index = indexes[choice % indexes.length] as number
		const {what, go} = waiting.get(index) as Waiting
		waiting.delete(index)
		onStep(index, what, overlapping)
		granted += 1
		const steps = granted
		if (overlapping) go(steps)
		return () => go(steps)
	}
}
