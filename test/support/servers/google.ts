/** The emulators of Google Cloud, which come with its command line. */

import {existsSync, realpathSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {JAVA_OPTIONS, java} from './jars.js'
import {findProgram} from './needs.js'
import {answers} from './ports.js'
import {startServer, type TestServer} from './server.js'

/** The Firestore emulator. The URL is `127.0.0.1:<port>`, as FIRESTORE_EMULATOR_HOST takes it. */
export const firestoreServer: TestServer = {
	name: 'firestore',
	variable: 'FIRESTORE_EMULATOR_HOST',
	...emulator('cloud-firestore-emulator', 'cloud-firestore-emulator.jar', [
		'com.google.cloud.datastore.emulator.firestore.CloudFirestore',
		'start',
	]),
}

/** The Datastore emulator, in memory and strongly consistent. The URL is `127.0.0.1:<port>`, as DATASTORE_EMULATOR_HOST takes it. */
export const datastoreServer: TestServer = {
	name: 'datastore',
	variable: 'DATASTORE_EMULATOR_HOST',
	...emulator('cloud-datastore-emulator', 'CloudDatastore.jar', [
		'com.google.cloud.datastore.emulator.CloudDatastore',
		...['start', '--store_on_disk=false', '--consistency=1.0'],
	]),
}

function emulator(component: string, jar: string, args: readonly string[]): Pick<TestServer, 'needs' | 'start'> {
	const path = join(folderOfComponents(), component, jar)
	return {
		needs: [java, {isThere: () => existsSync(path), command: `gcloud components install ${component}`}],
		start: () =>
			startServer({
				command: ({port}) => [
					...['java', ...JAVA_OPTIONS, '-Duser.language=en', '-cp', path],
					...[...args, '--host=127.0.0.1', `--port=${port}`],
				],
				isReady: ({port}) => answers(port, 'GET / HTTP/1.0\r\n\r\n', 'HTTP/1.'),
				url: ({port}) => `127.0.0.1:${port}`,
			}),
	}
}

function folderOfComponents(): string {
	const gcloud = findProgram('gcloud')
	return gcloud === undefined ? '' : join(dirname(dirname(realpathSync(gcloud))), 'platform')
}
