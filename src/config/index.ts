/** The configuration: user options in, frozen configuration out. */

export {configFromEnv} from './env.js'
export {resolveConfig, type Surroundings} from './resolve.js'
