import {javaProgram} from './jars.js'
import {startServer, type TestServer} from './server.js'

const {needs, command} = javaProgram('MongoLocal', 'de.bwaldvogel:mongo-java-server-memory-backend:1.47.0')

/** A server of MongoDB's protocol, in memory: not MongoDB itself. MONGODB_URL names a real one. */
export const mongodbServer: TestServer = {
	name: 'mongodb',
	variable: 'MONGODB_URL',
	needs,
	start: () =>
		startServer({
			command: ({port}) => [...command, `${port}`],
			isReady: (_place, output) => output.includes('READY'),
			url: ({port}) => `mongodb://127.0.0.1:${port}`,
		}),
}
