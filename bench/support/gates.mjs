/**
 * Gates that requests wait at, so that a test decides which of two goes first. A gate that nobody opens opens by itself
 * after a while: a library that makes one request wait for another must not stop the benchmark.
 */
export function createGates({patienceMs = 5000} = {}) {
	const gates = new Map()

	function gate(name) {
		let found = gates.get(name)
		if (found === undefined) {
			let open
			const opened = new Promise(resolve => {
				open = resolve
			})
			found = {arrived: 0, waiting: [], opened, open}
			gates.set(name, found)
		}
		return found
	}

	return {
		/** A request has come to the gate, and goes on when it is opened. */
		async pass(name) {
			const {waiting, opened} = gate(name)
			gate(name).arrived += 1
			for (const look of waiting) look()
			await opened
		},

		/** Resolves when `count` requests have come to the gate. */
		arrivals(name, count) {
			return new Promise(resolve => {
				const patience = setTimeout(resolve, patienceMs)
				const look = () => {
					if (gate(name).arrived < count) return
					clearTimeout(patience)
					resolve()
				}
				gate(name).waiting.push(look)
				look()
			})
		},

		open: name => gate(name).open(),
	}
}
