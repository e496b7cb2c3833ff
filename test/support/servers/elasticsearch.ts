import {execFileSync} from 'node:child_process'
import {cpSync, mkdirSync, realpathSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {download, java, maven} from './jars.js'
import {as, cache, findProgram, giveTo, program} from './needs.js'
import {answers, freePort} from './ports.js'
import {startServer, type TestServer} from './server.js'

const VERSION = '8.19.21'
const folder = join(cache, `elasticsearch-${VERSION}`)

/** Elasticsearch with the modules that a cluster of tests needs: no delete-by-query, no scripts, no `info()` and `ping()`. */
export const elasticsearchServer: TestServer = {
	name: 'elasticsearch',
	variable: 'ELASTICSEARCH_URL',
	needs: [
		java,
		program('mvn', 'maven'),
		program('unzip', 'unzip'),
		download(folder, target => {
			const artifact = `org.elasticsearch.distribution.integ-test-zip:elasticsearch:${VERSION}:zip`
			maven('dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${target}`)
			execFileSync('unzip', ['-q', `elasticsearch-${VERSION}.zip`], {cwd: target})
			execFileSync('sh', ['-c', `mv elasticsearch-${VERSION}/* . && rm *.zip && chmod -R a+rX .`], {cwd: target})
		}),
	],
	start: () =>
		startServer({
			async prepare({directory, port}) {
				for (const name of ['data', 'logs', 'tmp']) mkdirSync(join(directory, name))
				cpSync(join(folder, 'config'), join(directory, 'config'), {recursive: true})
				writeFileSync(join(directory, 'config/elasticsearch.yml'), settings(directory, port, await freePort()))
				giveTo('nobody', directory)
			},
			command: () => [...as('nobody'), join(folder, 'bin/elasticsearch')],
			env: ({directory}) => ({
				ES_JAVA_HOME: dirname(dirname(realpathSync(findProgram('java') ?? ''))),
				ES_PATH_CONF: join(directory, 'config'),
				ES_TMPDIR: join(directory, 'tmp'),
				ES_JAVA_OPTS: '-Xms256m -Xmx256m -XX:TieredStopAtLevel=1',
			}),
			isReady: ({port}) => answers(port, 'GET /_cluster/health HTTP/1.0\r\n\r\n', 'HTTP/1.0 200'),
			url: ({port}) => `http://127.0.0.1:${port}`,
		}),
}

function settings(directory: string, port: number, transportPort: number): string {
	return `discovery.type: single-node
network.host: 127.0.0.1
http.port: ${port}
transport.port: ${transportPort}
xpack.security.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
path.data: ${directory}/data
path.logs: ${directory}/logs
`
}
