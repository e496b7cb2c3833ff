/** What the stores declare, as people read it. */

import {code, table} from './markdown.js'
import type {Schema, SessionType} from './model.js'
import type {CapabilitiesSource} from './schema-file.js'

const SHARED_BY = {process: 'one process', host: 'the processes of one host', network: 'all hosts'} as const

/** What holds under concurrency, in a sentence for each case. */
export function guarantees({capabilities = []}: SessionType): string {
	return capabilities
		.map(({when, atomicWrites, scope}) => {
			const writes = atomicWrites ? `atomic writes for ${SHARED_BY[scope]}` : 'no atomic writes'
			return sentence(when === undefined ? writes : `${when}: ${writes}`)
		})
		.join(' ')
}

/** The capabilities of the stores of this package, one case in a row. */
export function capabilitiesTable(schema: Schema): string {
	const head = ['store', 'shared by', 'atomic writes', 'extends', 'expired records', 'expires late by', 'limits']
	return table(head, schema.sessionTypes.flatMap(rows))
}

function rows({name, capabilities = []}: SessionType): readonly (readonly string[])[] {
	return capabilities.map(entry => [
		entry.when === undefined ? code(name) : `${code(name)} ${entry.when}`,
		SHARED_BY[entry.scope],
		entry.atomicWrites ? 'yes' : 'no',
		entry.extendsOnRead ? 'in the read' : 'in a second call',
		entry.selfCleaning ? 'disappear' : 'stay until `cleanup()`',
		entry.expirySlackMs === 0 ? 'nothing' : `at most ${entry.expirySlackMs} ms`,
		limits(entry),
	])
}

function limits({maxKeyBytes, maxPayloadBytes}: CapabilitiesSource): string {
	const key = maxKeyBytes === undefined ? [] : [`a key of ${maxKeyBytes} bytes`]
	const payload = maxPayloadBytes === undefined ? [] : [`a record of ${maxPayloadBytes} bytes`]
	return [...key, ...payload].join(', ')
}

function sentence(words: string): string {
	return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}
