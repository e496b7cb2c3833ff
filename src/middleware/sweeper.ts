/**
 * SESSION_CLEANUP_N_REQUESTS: every `n`-th call starts a sweep in the background, never two at once. The request that
 * starts it does not wait for it.
 *
 * @param n `undefined` or 0: never
 * @param report is given the error of a sweep that failed
 */
export function createSweeper(
	n: number | undefined,
	sweep: () => Promise<unknown>,
	report: (error: unknown) => void,
): () => void {
	if (!n) return () => {}
	let calls = 0
	let running = false
	return () => {
		calls++
		if (calls % n !== 0 || running) return
		running = true
		sweep()
			.catch(report)
			.finally(() => {
				running = false
			})
	}
}
