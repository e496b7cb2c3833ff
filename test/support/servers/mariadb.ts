import {execFile} from 'node:child_process'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {as, findProgram, giveTo, program} from './needs.js'
import {startServer, type TestServer} from './server.js'

const run = promisify(execFile)

/** MariaDB, with the user `root` without a password and the empty database `test`. */
export const mariadbServer: TestServer = {
	name: 'mariadb',
	variable: 'MARIADB_URL',
	needs: [program('mariadbd', 'mariadb-server')],
	start: () =>
		startServer({
			async prepare({directory}) {
				giveTo('mysql', directory)
				const [command = '', ...args] = [...as('mysql'), 'mariadb-install-db', '--no-defaults']
				const options = [`--datadir=${join(directory, 'data')}`, '--auth-root-authentication-method=normal']
				await run(command, [...args, ...options, '--skip-name-resolve'], {cwd: directory})
			},
			command: ({port, directory}) => [
				...[...as('mysql'), findProgram('mariadbd') ?? '', '--no-defaults', `--datadir=${join(directory, 'data')}`],
				...['--bind-address=127.0.0.1', `--port=${port}`, `--socket=${join(directory, 'socket')}`],
				...['--innodb-buffer-pool-size=16M', '--innodb-log-file-size=8M', '--innodb-flush-log-at-trx-commit=0'],
				...['--performance-schema=OFF', '--skip-name-resolve', '--max-connections=400'],
			],
			isReady: (_place, output) => output.includes('ready for connections'),
			url: ({port}) => `mariadb://root@127.0.0.1:${port}/test`,
		}),
}
