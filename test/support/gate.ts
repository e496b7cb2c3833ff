/** A point that requests wait at until it is opened. */
export interface Gate {
	readonly passed: Promise<void>
	open(): void
}

/** Makes a closed {@link Gate}. */
export function gate(): Gate {
	let open = () => {}
	const passed = new Promise<void>(resolve => {
		open = resolve
	})
	return {passed, open: () => open()}
}
