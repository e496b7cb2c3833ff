/** `node --import` this, and whoever imports ioredis, the tests and the store alike, gets its version 6. */
import {register} from 'node:module'

const hook = `export const resolve = (name, context, next) => next(name === 'ioredis' ? 'ioredis-v6' : name, context)`
register(`data:text/javascript,${encodeURIComponent(hook)}`)
