/** What the compiler must take and refuse; `npm run types` checks it, and running it only proves that it compiles. */

import test from 'ava'
import {Cluster, Redis} from 'ioredis'
import Keyv from 'keyv'
import {createClient as createClient4} from 'redis-v4'
import {createClient as createClient5, createCluster as createCluster5} from 'redis-v5'
import type {PlainSessionConfig, ResolvedConfig, SessionConfig} from '../../src/generated/types.js'
import type {SessionStore} from '../../src/stores/contract.js'

type Equals<A, B> = [A, B] extends [B, A] ? true : false

function accepts(..._configs: readonly SessionConfig[]): void {}

/** Never called: the lines are for the compiler. */
function compiled(plain: PlainSessionConfig, store: SessionStore): readonly unknown[] {
	accepts(plain)
	accepts({SESSION_REDIS: new Redis()}, {SESSION_REDIS: new Cluster([])}, {SESSION_REDIS: 'redis://localhost'})
	accepts({SESSION_REDIS: createClient4()}, {SESSION_REDIS: createClient5()})
	accepts({SESSION_REDIS: createCluster5({rootNodes: []})})
	accepts({SESSION_KEYV: new Keyv()}, {SESSION_CACHELIB: new Keyv()}, {SESSION_KEYV: store}, {SESSION_STORE: store})
	accepts({SECRET_KEY: new Uint8Array(1), SECRET_KEY_FALLBACKS: ['a', new Uint8Array(1)] as const})
	accepts({SESSION_TYPE: 'cachelib', SESSION_COOKIE_SECURE: 'auto', SESSION_COOKIE_SAMESITE: null})
	accepts({PERMANENT_SESSION_LIFETIME: {days: 31}, SESSION_LAZY: undefined})

	// @ts-expect-error an unknown option
	accepts({SESSION_TYP: 'redis'})
	// @ts-expect-error an unknown session type
	accepts({SESSION_TYPE: 'rediss'})
	// @ts-expect-error a string for an integer
	accepts({SESSION_ID_LENGTH: '32'})
	// @ts-expect-error a client without the methods
	accepts({SESSION_REDIS: {get: () => undefined}})
	// @ts-expect-error a part that a duration does not have
	accepts({PERMANENT_SESSION_LIFETIME: {day: 1}})

	const lifetime: Equals<ResolvedConfig['PERMANENT_SESSION_LIFETIME'], number> = true
	const secure: Equals<ResolvedConfig['SESSION_COOKIE_SECURE'], boolean | 'auto'> = true
	const domain: Equals<ResolvedConfig['SESSION_COOKIE_DOMAIN'], string | undefined> = true
	const cachelib: 'SESSION_CACHELIB' extends keyof ResolvedConfig ? true : false = false
	return [lifetime, secure, domain, cachelib]
}

test('the types take what the check takes', t => {
	t.is(typeof compiled, 'function')
})
