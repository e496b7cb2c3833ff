/**
 * The clients of the backends, by the methods that are asked of them. Structural on purpose: any version and any
 * look-alike that has the methods will do, and no peer package is needed to compile.
 */

/** Any method at all: the module of the store knows its parameters and its result. */
type Method = (...args: never[]) => unknown

/** `Redis` or `Cluster` of ioredis. */
export interface IoredisClient {
	readonly getBuffer: Method
	readonly set: Method
	readonly pexpire: Method
	readonly del: Method
	readonly evalshaBuffer: Method
	readonly evalBuffer: Method
	readonly script: Method
	readonly scan: Method
	readonly ping: Method
}

/** The client or the cluster of node-redis (the package `redis`). */
export interface NodeRedisClient {
	readonly sendCommand: Method
}

/** An instance of Keyv. */
export interface KeyvClient {
	readonly get: Method
	readonly set: Method
	readonly delete: Method
}

/** `Client` of memjs. */
export interface MemcachedClient {
	readonly get: Method
	readonly set: Method
	readonly delete: Method
}

/** `MongoClient` of mongodb. */
export interface MongodbClient {
	readonly db: Method
}

/** An instance of Sequelize. */
export interface SequelizeClient {
	readonly define: Method
	readonly query: Method
}

/** `Pool` of pg. */
export interface PostgresqlClient {
	readonly query: Method
}

/** `DynamoDBClient` of @aws-sdk/client-dynamodb. */
export interface DynamodbClient {
	readonly send: Method
}

/** `Client` of @elastic/elasticsearch. */
export interface ElasticsearchClient {
	readonly index: Method
	readonly get: Method
	readonly delete: Method
}

/** An instance of Firestore of @google-cloud/firestore. */
export interface FirestoreClient {
	readonly collection: Method
	readonly runTransaction: Method
}

/** An instance of Kysely. */
export interface KyselyClient {
	readonly selectFrom: Method
	readonly insertInto: Method
	readonly updateTable: Method
	readonly deleteFrom: Method
}
