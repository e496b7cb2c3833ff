import {as, program} from './needs.js'
import {answers} from './ports.js'
import {startServer, type TestServer} from './server.js'

/** memcached, without a password. The URL is `127.0.0.1:<port>`, as clients take it. */
export const memcachedServer: TestServer = {
	name: 'memcached',
	variable: 'MEMCACHED_URL',
	needs: [program('memcached', 'memcached')],
	start: () =>
		startServer({
			command: ({port}) => [...as('nobody'), 'memcached', '-l', '127.0.0.1', '-p', `${port}`, '-U', '0', '-m', '64'],
			isReady: ({port}) => answers(port, 'version\r\n', 'VERSION'),
			url: ({port}) => `127.0.0.1:${port}`,
		}),
}
