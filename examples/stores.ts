import type {SessionConfig} from '../src/index.js'

/** Says in words where a configuration keeps the sessions; without the password of an address. */
export function describeStore(config: SessionConfig): string {
	const type = String(config.SESSION_TYPE ?? 'null').toLowerCase()
	switch (type) {
		case 'null':
			return 'no store: the first write fails'
		case 'keyv':
		case 'cachelib':
			return 'files in ./flask_session'
		case 'filesystem':
			return `files in ${config.SESSION_FILE_DIR ?? './flask_session'}`
		case 'memory':
			return 'the memory of this process'
		case 'redis':
			return `redis at ${withoutCredentials(config.SESSION_REDIS)}`
		default:
			return `a store of type ${type}`
	}
}

function withoutCredentials(address: unknown): string {
	if (typeof address !== 'string' || !URL.canParse(address)) return '127.0.0.1:6379'
	const {host, pathname} = new URL(address)
	return host + pathname
}
