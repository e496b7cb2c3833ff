/** Every kind of server that tests start. */

import {dynamodbServer} from './dynamodb.js'
import {elasticsearchServer} from './elasticsearch.js'
import {datastoreServer, firestoreServer} from './google.js'
import {mariadbServer} from './mariadb.js'
import {memcachedServer} from './memcached.js'
import {mongodbServer} from './mongodb.js'
import {postgresqlServer} from './postgresql.js'
import {redisServer} from './redis.js'
import {redisClusterServer, replicatedRedisClusterServer} from './redis-cluster.js'
import {redisSentinelServer} from './redis-sentinel.js'
import type {TestServer} from './server.js'

export const servers: readonly TestServer[] = [
	redisServer,
	redisClusterServer,
	replicatedRedisClusterServer,
	redisSentinelServer,
	memcachedServer,
	postgresqlServer,
	mariadbServer,
	mongodbServer,
	dynamodbServer,
	elasticsearchServer,
	firestoreServer,
	datastoreServer,
]
