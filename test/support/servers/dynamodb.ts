import {javaProgram} from './jars.js'
import {startServer, type TestServer} from './server.js'

const {needs, command} = javaProgram('DynamoLocal', 'com.amazonaws:DynamoDBLocal:2.6.1')

/** DynamoDB Local, in memory. Any credentials of letters and digits will do. */
export const dynamodbServer: TestServer = {
	name: 'dynamodb',
	variable: 'DYNAMODB_URL',
	needs,
	start: () =>
		startServer({
			command: ({port}) => [...command, '-disableTelemetry', '-inMemory', '-sharedDb', '-port', `${port}`],
			isReady: (_place, output) => output.includes('READY'),
			url: ({port}) => `http://127.0.0.1:${port}`,
		}),
}
