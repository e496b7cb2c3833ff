/** The configuration: user options in, frozen configuration out. */

export {describe} from './describe.js'
export {configFromEnv} from './env.js'
export {type ConfigSurroundings, resolveConfig} from './resolve.js'
