/** Warnings for the operator: what is no error, and should be known to whoever runs the application. */

/** Says something to the operator, once for each code. */
export type Warn = (message: string, code: string) => void

/** Warns through `process.emitWarning`. */
export function createWarner(): Warn {
	const said = new Set<string>()
	return (message, code) => {
		if (said.has(code)) return
		said.add(code)
		process.emitWarning(message, {type: 'SessionWarning', code})
	}
}
