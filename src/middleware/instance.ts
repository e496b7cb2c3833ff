import type Koa = require('koa')

import {type ConfigProblem, configError} from '../errors.js'
import type {ResolvedConfig} from '../generated/types.js'
import {createCodec} from '../serializers/codec.js'
import {STALE_AFTER_MS} from '../session/commit/stale-cookie.js'
import type {Core, SessionEvent, SessionEventName} from '../session/core.js'
import {hashSid} from '../session/hash-sid.js'
import {createRecentlyEnded} from '../session/recently-ended.js'
import {createStoreHandle} from '../session/store-handle.js'
import type {StoreCapabilities} from '../stores/contract.js'
import {createStore} from '../stores/index.js'
import {createWarner, type Warn} from '../warn.js'
import {warnOfOpenCookie} from './cookie-warnings.js'
import {createIdentify, createSidGenerator, type Identify} from './identity.js'
import {createSigner} from './signer.js'
import {createSweeper} from './sweeper.js'
import {createTransport, type Transport} from './transport.js'

/** What `serverSession` takes beside the configuration. */
export interface ServerSessionOptions {
	/** The clock, in milliseconds since the epoch. @default Date.now */
	now?: () => number
}

/** What one mounted instance consists of: the session core, and what only the request cycle needs. */
export interface Instance extends Core {
	readonly identify: Identify
	readonly transport: Transport
	/** Reports an error that is not the response of the request: `app.on('error')`. */
	report(error: unknown, ctx: Koa.Context): void
	/** Says something to the operator, once for each code. */
	readonly warn: Warn
	/** Told at the end of every request that used a session. */
	requestEnded(): void
}

/** The longest of what stands before the key of a session in a key beside it: `ended:`. */
const LONGEST_EXTRA = 6

/** Builds the parts of one instance from its configuration, and begins to open the store. */
export function createInstance(app: Koa, config: ResolvedConfig, {now = Date.now}: ServerSessionOptions): Instance {
	const warn = createWarner()
	if (process.env.NODE_ENV === 'production') warnOfOpenCookie(config, warn)
	const signer = createConfiguredSigner(config)
	const timeoutMs = config.SESSION_STORE_TIMEOUT
	const store = createStoreHandle({
		make: () => createStore(config, {now, warn, timeoutMs}),
		accept: opened => assertFits(config, opened.capabilities),
		name: config.SESSION_TYPE,
		timeoutMs,
		maxPayloadBytes: config.SESSION_MAX_PAYLOAD_BYTES,
	})
	// in the background: requests that need no session are served meanwhile, and the others report what is wrong
	store.ready().catch(() => undefined)

	return {
		config,
		store,
		codec: createCodec(config.SESSION_SERIALIZATION_FORMAT, config.SESSION_SERIALIZER),
		identify: createIdentify(config.SESSION_COOKIE_NAME, signer),
		transport: createTransport(config, signer, warn),
		recentlyEnded: createRecentlyEnded(now, STALE_AFTER_MS),
		newSid: createSidGenerator(config.SESSION_ID_LENGTH, config.SESSION_ID_GENERATOR),
		now,
		warn,
		requestEnded: createSweeper(
			config.SESSION_CLEANUP_N_REQUESTS,
			() => store.sweep(),
			error => app.emit('error', error),
		),
		emit: (name, sid, reason) => emit(app, name, sid, reason),
		report: (error, ctx) => app.emit('error', error, ctx),
	}
}

function createConfiguredSigner(config: ResolvedConfig) {
	if (!config.SESSION_USE_SIGNER || config.SECRET_KEY === undefined) return undefined
	return createSigner([config.SECRET_KEY, ...config.SECRET_KEY_FALLBACKS])
}

/** @throws SessionError `ERR_SESSION_CONFIG` when the store cannot do what the configuration asks of it */
function assertFits(config: ResolvedConfig, {atomicWrites, maxKeyBytes}: StoreCapabilities): void {
	const type = config.SESSION_TYPE
	const problems: ConfigProblem[] = []
	if (config.SESSION_CONCURRENCY === 'strict' && !atomicWrites) {
		problems.push({
			key: 'SESSION_CONCURRENCY',
			expected: 'merge or last-write-wins, or a store with atomicWrites',
			received: `strict with SESSION_TYPE ${type}, which cannot tell whether a record has changed`,
		})
	}
	const longest = LONGEST_EXTRA + config.SESSION_KEY_PREFIX.length + Math.ceil((config.SESSION_ID_LENGTH * 4) / 3)
	if (maxKeyBytes !== undefined && longest > maxKeyBytes) {
		problems.push({
			key: 'SESSION_KEY_PREFIX',
			expected: `a prefix and an id (SESSION_ID_LENGTH) that leave room in a key of ${maxKeyBytes} bytes`,
			received: `keys of up to ${longest} bytes`,
		})
	}
	if (problems.length > 0) throw configError(problems)
}

/** A listener's fault is the listener's: it is reported, and the request goes on. */
function emit(app: Koa, name: SessionEventName, sid: string | undefined, reason: string): void {
	const event = `session:${name}`
	if (app.listenerCount(event) === 0) return
	const detail: SessionEvent = sid === undefined ? {reason} : {session: hashSid(sid), reason}
	try {
		app.emit(event, detail)
	} catch (error) {
		app.emit('error', error)
	}
}
