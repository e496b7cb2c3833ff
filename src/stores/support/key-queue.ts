/** One task at a time for each key, in the order of arrival; tasks of different keys do not wait for each other. */

/** Runs `task` when the earlier tasks of `key` have settled, and passes on its result. */
export type KeyQueue = <T>(key: string, task: () => Promise<T>) => Promise<T>

/** Makes an empty queue; it holds a key only while tasks of that key are under way. */
export function keyQueue(): KeyQueue {
	const tails = new Map<string, Promise<unknown>>()
	return (key, task) => {
		const before = tails.get(key)
		const result = before === undefined ? task() : before.then(task, task)
		const forget = () => {
			if (tails.get(key) === result) tails.delete(key)
		}
		tails.set(key, result)
		result.then(forget, forget)
		return result
	}
}
