/** The public exports, and nothing else. */
export {configFromEnv} from './config/index.js'
export {type ConfigProblem, SessionError, type SessionErrorCode} from './errors.js'
export type {SessionConfig, SessionType} from './generated/types.js'
export type {Surroundings} from './middleware/assemble.js'
export type {SessionEvent, SessionEventName} from './middleware/core.js'
export type {FlashesOptions} from './middleware/flash.js'
export {type ServerSession, serverSession} from './middleware/index.js'
// a star, because only what a star exports can be augmented under the name of the package
export type * from './middleware/session.js'
export type {Serializer} from './serializers/contract.js'
export type * from './stores/contract.js'
