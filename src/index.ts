/** The public exports, and nothing else; the stores have subpaths of their own, `koa-server-session/stores/redis`. */
export {configFromEnv} from './config/index.js'
export {type ConfigProblem, SessionError, type SessionErrorCode} from './errors.js'
export type {SessionConfig, SessionType} from './generated/types.js'
// what it adds to the types of Koa: ctx.session, ctx.flash
export type {} from './middleware/context.js'
export {type ServerSession, serverSession} from './middleware/index.js'
export type {ServerSessionOptions} from './middleware/instance.js'
export type {Serializer} from './serializers/contract.js'
export type {SessionEvent, SessionEventName} from './session/core.js'
export type {FlashesOptions} from './session/flash.js'
// a star, because only what a star exports can be augmented under the name of the package
export type * from './session/session.js'
export type * from './stores/contract.js'
