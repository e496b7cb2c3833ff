import {readdir} from 'node:fs/promises'
import type {StoreHarness} from './harness.js'
import {loadHarness} from './open-descriptor.js'

/** Every store that the tests run over, collected from harnesses/; KSS_STORE chooses one of its files. */
export const harnesses: readonly StoreHarness[] = await collect()

async function collect(): Promise<StoreHarness[]> {
	const chosen = process.env.KSS_STORE
	const files = (await readdir(new URL('harnesses/', import.meta.url))).map(file => file.replace(/\.ts$/, ''))
	const loaded = await Promise.all(
		files
			.filter(file => [undefined, file].includes(chosen))
			.sort()
			.map(loadHarness),
	)
	return loaded.flatMap(({harnesses}) => harnesses)
}
