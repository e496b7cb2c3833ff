import {isDeepStrictEqual} from 'node:util'

import type Koa = require('koa')

import {configError} from '../errors.js'
import {options} from '../generated/options.js'
import type {OptionName, ResolvedConfig} from '../generated/types.js'

/** The instances of each application. */
const instances = new WeakMap<Koa, ResolvedConfig[]>()

/** Options that say which place a store is; what is set for every type says how sessions are. */
const PLACE = (Object.keys(options) as OptionName[]).filter(name => options[name].appliesTo !== undefined)

/** These keep their sessions to themselves, whatever the prefix. */
const OF_ITS_OWN: ReadonlySet<string> = new Set(['memory', 'null'])

/**
 * Notes an instance of `app`. Two that share a store and a prefix would share their sessions: the id of an ordinary
 * session, sent as the cookie of the other instance, would be a session there.
 * @throws SessionError `ERR_SESSION_CONFIG`
 */
export function assertOwnSessions(app: Koa, config: ResolvedConfig): void {
	const others = instances.get(app) ?? []
	const twin = others.find(other => isSamePlace(config, other))
	if (twin !== undefined) {
		const expected = `another prefix than that of ctx.${twin.SESSION_PROPERTY}, which keeps its sessions in the same store`
		const received = `'${config.SESSION_KEY_PREFIX}'`
		throw configError([{key: 'SESSION_KEY_PREFIX', expected, received}])
	}
	instances.set(app, [...others, config])
}

function isSamePlace(one: ResolvedConfig, other: ResolvedConfig): boolean {
	return (
		one.SESSION_TYPE === other.SESSION_TYPE &&
		!OF_ITS_OWN.has(one.SESSION_TYPE) &&
		one.SESSION_KEY_PREFIX === other.SESSION_KEY_PREFIX &&
		PLACE.every(name => isSame(one[name], other[name]))
	)
}

/** Clients are compared by identity: they are large, and whether two of them reach one place is not to be told. */
function isSame(one: unknown, other: unknown): boolean {
	const isPlain = (value: unknown) => typeof value !== 'object' || Object.getPrototypeOf(value) === Object.prototype
	return one === other || (isPlain(one) && isPlain(other) && isDeepStrictEqual(one, other))
}
