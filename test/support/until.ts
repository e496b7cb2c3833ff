import {setTimeout as sleep} from 'node:timers/promises'

/** Repeats `condition` until it holds; rejects with `otherwise` after `withinMs`. @default 10 s */
export async function until(
	condition: () => boolean | Promise<boolean>,
	otherwise: string,
	withinMs = 10_000,
): Promise<void> {
	const end = Date.now() + withinMs
	while (!(await condition())) {
		if (Date.now() > end) throw new Error(`${otherwise} within ${withinMs / 1000} s`)
		await sleep(10)
	}
}
