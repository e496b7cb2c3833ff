/** Every kind of server that tests start. */

import {redisServer} from './redis.js'
import {redisClusterServer, replicatedRedisClusterServer} from './redis-cluster.js'
import {redisSentinelServer} from './redis-sentinel.js'
import type {TestServer} from './server.js'

export const servers: readonly TestServer[] = [
	redisServer,
	redisClusterServer,
	replicatedRedisClusterServer,
	redisSentinelServer,
]
