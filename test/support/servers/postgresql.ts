import {execFile} from 'node:child_process'
import {existsSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {as, giveTo, type Need} from './needs.js'
import {startServer, type TestServer} from './server.js'

const execute = promisify(execFile)

// Debian keeps the programs of every version beside each other, off the path
const VERSIONS = '/usr/lib/postgresql'

const programs: Need = {
	isThere: () => folderOfPrograms() !== undefined,
	command: 'apt-get install postgresql',
	debian: 'postgresql',
}

/** PostgreSQL, with the superuser and database `postgres` and without a password. */
export const postgresqlServer: TestServer = {
	name: 'postgresql',
	variable: 'POSTGRESQL_URL',
	needs: [programs],
	start: () => {
		const folder = folderOfPrograms() ?? ''
		const run = (name: string) => [...as('postgres'), join(folder, name)]
		return startServer({
			async prepare({directory}) {
				const [command = '', ...args] = run('initdb')
				giveTo('postgres', directory)
				const options = ['-U', 'postgres', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C']
				await execute(command, [...args, '-D', join(directory, 'data'), ...options])
			},
			command: ({port, directory}) => [
				...[...run('postgres'), '-D', join(directory, 'data'), '-p', `${port}`],
				...[
					'listen_addresses=127.0.0.1',
					'unix_socket_directories=',
					'fsync=off',
					'shared_buffers=16MB',
					'max_connections=400',
				].flatMap(setting => ['-c', setting]),
			],
			isReady: (_place, output) => output.includes('ready to accept connections'),
			url: ({port}) => `postgres://postgres@127.0.0.1:${port}/postgres`,
		})
	},
}

function folderOfPrograms(): string | undefined {
	const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a)) : []
	const folders = [...versions.map(version => join(VERSIONS, version, 'bin')), ...(process.env.PATH ?? '').split(':')]
	return folders.find(folder => existsSync(join(folder, 'initdb')))
}
