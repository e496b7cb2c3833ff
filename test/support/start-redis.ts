/** Starts a redis and waits to be killed. */

import {redisServer} from './servers/redis.js'

const {pid, directory} = await redisServer.start()
process.stdout.write(JSON.stringify({pid, directory}))
setInterval(() => {}, 60_000)
