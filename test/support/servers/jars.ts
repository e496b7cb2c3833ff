/** Servers that are written in Java, from Maven's registry. */

import {execFileSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {cache, type Need, program} from './needs.js'

/** Small, and quick to start: tests keep little data. */
export const JAVA_OPTIONS = ['-Xmx192m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

/** What every server in Java needs. */
export const java = program('java', 'default-jre-headless')

const compiler = [program('javac', 'default-jdk-headless'), program('mvn', 'maven')]

/** A program that is compiled with libraries of Maven's registry. */
export interface JavaProgram {
	readonly needs: readonly Need[]
	/** The command that runs it, before its arguments. */
	readonly command: readonly string[]
}

/** The program `java/<main>.java`, and the artifact (`group:name:version`) that it needs. */
export function javaProgram(main: string, artifact: string): JavaProgram {
	const source = fileURLToPath(new URL(`java/${main}.java`, import.meta.url))
	const state = createHash('sha256').update(artifact).update(readFileSync(source)).digest('hex').slice(0, 16)
	const folder = join(cache, `${main}-${state}`)
	const classPath = `${folder}/classes:${folder}/*`
	return {
		command: ['java', ...JAVA_OPTIONS, '-cp', classPath, main],
		needs: [
			...compiler,
			download(folder, target => {
				copyDependencies(artifact, target)
				execFileSync('javac', ['-nowarn', '-cp', `${target}/*`, '-d', `${target}/classes`, source])
			}),
		],
	}
}

/** Maven, and a folder of the cache that is filled at once or not at all, also by several runs at the same time. */
export function download(folder: string, fill: (target: string) => void): Need {
	return {
		isThere: () => existsSync(folder),
		command: 'npx tsx scripts/setup-servers.ts',
		install() {
			mkdirSync(dirname(folder), {recursive: true})
			const target = mkdtempSync(`${folder}.`)
			try {
				fill(target)
				if (!existsSync(folder)) renameSync(target, folder)
			} finally {
				rmSync(target, {recursive: true, force: true})
			}
		},
	}
}

/** Runs Maven, which compares what it has fetched with the checksums of the registry. */
export function maven(...args: readonly string[]): void {
	execFileSync('mvn', ['--quiet', '--batch-mode', '--strict-checksums', '-Dstyle.color=never', ...args], {
		stdio: ['ignore', 'inherit', 'inherit'],
	})
}

function copyDependencies(artifact: string, target: string): void {
	const [group, name, version] = artifact.split(':')
	const pom = join(target, 'pom.xml')
	writeFileSync(
		pom,
		`<project>
	<modelVersion>4.0.0</modelVersion>
	<groupId>koa-server-session</groupId>
	<artifactId>test-server</artifactId>
	<version>1</version>
	<packaging>pom</packaging>
	<dependencies>
		<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>
	</dependencies>
</project>`,
	)
	maven('-f', pom, 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${target}`)
}
