import {findProgram, program} from './needs.js'
import {startServer, type TestServer} from './server.js'

/** A headless Chromium that is driven over its debugging port. The URL is the one for `connectOverCDP` of Playwright. */
export const chromiumBrowser: TestServer = {
	name: 'chromium',
	variable: 'CHROMIUM_URL',
	needs: [program('chromium', 'chromium')],
	start: () =>
		startServer({
			command: ({port, directory}) => [
				findProgram('chromium') ?? 'chromium',
				...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
				...[
					'--disable-background-networking',
					'--disable-component-update',
					'--disable-sync',
					'--disable-dev-shm-usage',
				],
				...[`--user-data-dir=${directory}`, `--remote-debugging-port=${port}`, 'about:blank'],
			],
			isReady: async ({port}) => {
				const response = await fetch(`http://127.0.0.1:${port}/json/version`).catch(() => undefined)
				return response?.ok ?? false
			},
			url: ({port}) => `http://127.0.0.1:${port}`,
		}),
}
