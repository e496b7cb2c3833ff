import test from 'ava'
import {type ConfigSurroundings, resolveConfig} from '../../src/config/index.js'
import {type ConfigProblem, SessionError} from '../../src/errors.js'
import {otherLibraries} from '../../src/generated/options.js'
import type {SessionConfig} from '../../src/generated/types.js'

test('all problems are reported together, in one error that lists them', t => {
	const error = t.throws(
		() =>
			resolve({
				SESSION_TYPE: 'redis',
				SESSION_TYPO: 1,
				SESSION_ID_LENGTH: '32',
				SESSION_CONCURRENCY: 'first',
				SESSION_REDIS: {},
				SESSION_COOKIE_PARTITIONED: true,
			}),
		{instanceOf: SessionError, code: 'ERR_SESSION_CONFIG'},
	)
	t.deepEqual(
		error?.problems.map(problem => problem.key),
		['SESSION_TYPO', 'SESSION_ID_LENGTH', 'SESSION_CONCURRENCY', 'SESSION_REDIS', 'SESSION_COOKIE_PARTITIONED'],
	)
	t.is(error?.message.split('\n')[2], "- SESSION_ID_LENGTH: expected an integer from 16 to 192; received '32'")
	t.regex(error?.message ?? '', /^The session configuration has 5 problems:\n/)
})

test('an unknown option is a problem that names the nearest known one', t => {
	for (const [name, nearest] of [
		['SESSION_COOKIE_NAM', 'SESSION_COOKIE_NAME'],
		['SESION_TYPE', 'SESSION_TYPE'],
		['PERMANENT_SESSION_LIFE', 'PERMANENT_SESSION_LIFETIME'],
		['SECRETKEY', 'SECRET_KEY'],
		['session_type', 'SESSION_TYPE'],
		['SESSION_CACHELIP', 'SESSION_CACHELIB'],
	] as const) {
		t.deepEqual(problemsOf({[name]: 'x'}), [
			{key: name, expected: `a known option, the nearest is ${nearest}`, received: 'an unknown option'},
		])
	}
})

test('an unknown option that is far from every known one is a problem without a guess', t => {
	for (const name of ['SESSION_FOO', 'SESSION_IDS', 'MY_SESSION_COLOUR'])
		t.deepEqual(problemsOf({[name]: 'x'}), [{key: name, expected: 'a known option', received: 'an unknown option'}])
})

test('options of other session libraries are a problem that names ours', t => {
	const received = 'an option of another session library'
	t.deepEqual(problemsOf({key: 'sid', maxAge: 86_400_000, rolling: true}), [
		{key: 'key', expected: 'SESSION_COOKIE_NAME instead', received},
		{
			key: 'maxAge',
			expected: "PERMANENT_SESSION_LIFETIME instead: in seconds, not in milliseconds, or as a string such as '1d'",
			received,
		},
		{key: 'rolling', expected: 'SESSION_REFRESH_EACH_REQUEST instead: true by default', received},
	])
	t.deepEqual(keysOf({secret: 'x', resave: false, SESSION_SECRET: 'x'}), ['secret', 'resave', 'SESSION_SECRET'])
	for (const [name, expected] of Object.entries(otherLibraries))
		t.deepEqual(problemsOf({[name]: 'x'}), [{key: name, expected, received}])
})

test('an option of another session type names what came, also when that is the default', t => {
	t.deepEqual(problemsOf({SESSION_REDIS: 'redis://localhost'}), [
		{key: 'SESSION_REDIS', expected: "SESSION_TYPE 'redis' beside it", received: "no SESSION_TYPE, which is 'null'"},
	])
	t.deepEqual(keysOf({SESSION_TYPE: 'rediss', SESSION_REDIS: 'redis://localhost'}), ['SESSION_TYPE'])
})

test('a value that is nearly one of a few says which', t => {
	t.is(problemsOf({SESSION_TYPE: 'rediss'})[0]?.received, "'rediss' (meant 'redis'?)")
	t.is(problemsOf({SESSION_CONCURRENCY: 'Merge'})[0]?.received, "'Merge' (meant 'merge'?)")
	t.is(problemsOf({PERMANENT_SESSION_LIFETIME: {day: 1}})[0]?.received, "an object with day (meant 'days'?)")
	t.is(problemsOf({SESSION_TYPE: 'sqlite'})[0]?.received, "'sqlite'")
})

test('names that are those of somebody else are ignored', t => {
	const others = {
		DEBUG: true,
		SQLALCHEMY_DATABASE_URI: 'sqlite://',
		SESSION_MANAGER: 'local/host',
		XDG_SESSION_TYPE: 'x11',
		constructor: 1,
		toString: 2,
		hasOwnProperty: 3,
	}
	t.deepEqual(resolve(others), resolve({}))
	t.deepEqual(resolve(JSON.parse('{"__proto__": {"SESSION_LAZY": true}}')), resolve({}))
})

test('inherited properties are no options', t => {
	t.false(resolve(Object.create({SESSION_LAZY: true})).SESSION_LAZY)
})

test('a configuration without prototype is taken', t => {
	t.true(resolve(Object.assign(Object.create(null), {SESSION_LAZY: true})).SESSION_LAZY)
})

test('something that is not an object is a problem', t => {
	for (const value of [null, 'redis', 5, [], Promise.resolve({})] as unknown[])
		t.deepEqual(
			problemsOf(value as Record<string, unknown>).map(({key, expected}) => ({key, expected})),
			[{key: 'configuration', expected: 'an object with options'}],
		)
})

test('an option and its alias with the same value are one option', t => {
	const keyv = new Map()
	t.is(resolve({SESSION_TYPE: 'keyv', SESSION_KEYV: keyv, SESSION_CACHELIB: keyv}).SESSION_KEYV as unknown, keyv)
})

test('an option and its alias with different values are a problem', t => {
	t.deepEqual(problemsOf({SESSION_TYPE: 'keyv', SESSION_KEYV: new Map(), SESSION_CACHELIB: new Map()}), [
		{
			key: 'SESSION_KEYV',
			expected: 'one value',
			received: 'different values as SESSION_KEYV and as SESSION_CACHELIB',
		},
	])
})

test('a problem with an alias is reported under the name that was used', t => {
	t.is(problemsOf({SESSION_CACHELIB: 1})[0]?.key, 'SESSION_CACHELIB')
})

test('durations become milliseconds in all their forms', t => {
	for (const lifetime of [5400, '5400', '90m', '1.5h', '1h30m', '1h 30m', {hours: 1, minutes: 30}])
		t.is(resolve({PERMANENT_SESSION_LIFETIME: lifetime}).PERMANENT_SESSION_LIFETIME, 5_400_000)
	t.is(resolve({SESSION_STORE_TIMEOUT: 0.25}).SESSION_STORE_TIMEOUT, 250)
	for (const lifetime of ['', 'soon', '1x', '-1h', '1h,30m', {}, {hour: 1}, {hours: '1'}, {hours: -1}, [3600]])
		t.is(problemsOf({PERMANENT_SESSION_LIFETIME: lifetime}).length, 1, JSON.stringify(lifetime))
})

test('a domain is that of the cookie: without a leading dot and a port, in ASCII', t => {
	for (const [given, domain] of [
		['.example.org', 'example.org'],
		['example.org:8080', 'example.org'],
		['Exämple.org', 'xn--exmple-cua.org'],
	])
		t.is(resolve({SESSION_COOKIE_DOMAIN: given}).SESSION_COOKIE_DOMAIN, domain)
	for (const domain of ['.', 'exa mple.org', 'http://example.org', 'a%b'])
		t.deepEqual(keysOf({SESSION_COOKIE_DOMAIN: domain}), ['SESSION_COOKIE_DOMAIN'], domain)
})

test('a file mode is a number or octal digits', t => {
	const files = {SESSION_TYPE: 'filesystem'}
	for (const mode of [0o640, '0640', '640', '0o640'])
		t.is(resolve({...files, SESSION_FILE_MODE: mode}).SESSION_FILE_MODE, 0o640)
	for (const mode of [640, '0888', '6400', 0o1000])
		t.deepEqual(keysOf({...files, SESSION_FILE_MODE: mode}), ['SESSION_FILE_MODE'], String(mode))
})

test('a prefix of keys is printable ASCII without white space, and may be empty', t => {
	for (const prefix of ['', 'a:', '~!', 'x'.repeat(128)])
		t.is(resolve({SESSION_KEY_PREFIX: prefix}).SESSION_KEY_PREFIX, prefix)
	for (const prefix of ['a b', 'a\r\n', '\x7f', 'ä', 'x'.repeat(129)])
		t.is(problemsOf({SESSION_KEY_PREFIX: prefix}).length, 1, prefix)
})

test('the values of secret options never appear', t => {
	const secret = 'hunter2-hunter2'
	const error = t.throws(() =>
		resolve({
			SECRET_KEY: [secret],
			SECRET_KEY_FALLBACKS: secret,
			SESSION_REDIS: `http://:${secret}@host`,
			SESSION_KEYV: `keyv://user:${secret}@host`,
		}),
	)
	t.is(error?.message.split('\n').length, 7)
	t.notRegex(error?.message ?? '', /hunter2/)
	t.notRegex(JSON.stringify((error as SessionError).problems), /hunter2/)
	t.regex(error?.message ?? '', /SECRET_KEY_FALLBACKS: .* received a string of 15 characters \(secret\)/)
})

test('a __Host- cookie must be secure, with the path / and without a domain', t => {
	const host = {SESSION_COOKIE_NAME: '__Host-id', SESSION_COOKIE_SECURE: true}
	t.is(resolve(host).SESSION_COOKIE_NAME, '__Host-id')
	for (const contradiction of [
		{SESSION_COOKIE_SECURE: false},
		{SESSION_COOKIE_SECURE: 'auto'},
		{SESSION_COOKIE_PATH: '/app'},
		{SESSION_COOKIE_DOMAIN: 'example.org'},
		{SESSION_COOKIE_SECURE: false, SESSION_COOKIE_NAME: '__host-id'},
	])
		t.deepEqual(keysOf({...host, ...contradiction}), ['SESSION_COOKIE_NAME'], JSON.stringify(contradiction))
})

test('a __Secure- cookie must be secure', t => {
	const name = {SESSION_COOKIE_NAME: '__Secure-id'}
	t.notThrows(() => resolve({...name, SESSION_COOKIE_SECURE: true, SESSION_COOKIE_DOMAIN: 'example.org'}))
	for (const secure of [false, 'auto'])
		t.deepEqual(keysOf({...name, SESSION_COOKIE_SECURE: secure}), ['SESSION_COOKIE_NAME'])
})

test('SameSite None and Partitioned need a cookie that is secure, always or by request', t => {
	for (const option of [{SESSION_COOKIE_SAMESITE: 'None'}, {SESSION_COOKIE_PARTITIONED: true}]) {
		t.deepEqual(keysOf(option), Object.keys(option))
		for (const secure of [true, 'auto']) t.deepEqual(keysOf({...option, SESSION_COOKIE_SECURE: secure}), [])
	}
})

test('the type custom needs a store', t => {
	t.deepEqual(keysOf({SESSION_TYPE: 'custom'}), ['SESSION_STORE'])
})

test('the interval between refreshes must be shorter than the lifetime', t => {
	const lifetime = {PERMANENT_SESSION_LIFETIME: 60}
	t.deepEqual(keysOf({...lifetime, SESSION_REFRESH_INTERVAL: 59}), [])
	t.deepEqual(keysOf({...lifetime, SESSION_REFRESH_INTERVAL: 60}), ['SESSION_REFRESH_INTERVAL'])
})

test('a lifetime must end at a date that a cookie can name', t => {
	t.deepEqual(keysOf({PERMANENT_SESSION_LIFETIME: {days: 365_000}}), [])
	t.deepEqual(keysOf({PERMANENT_SESSION_LIFETIME: {days: 3_650_000}}), ['PERMANENT_SESSION_LIFETIME'])
	t.deepEqual(keysOf({PERMANENT_SESSION_LIFETIME: Number.MAX_VALUE}), ['PERMANENT_SESSION_LIFETIME'])
})

test('the property of the context must not be one that every object has', t => {
	for (const name of ['__proto__', 'constructor', 'toString'])
		t.deepEqual(keysOf({SESSION_PROPERTY: name}), ['SESSION_PROPERTY'])
})

test('a rule is silent while one of its options is wrong in itself', t => {
	t.deepEqual(keysOf({SESSION_COOKIE_NAME: '__Host-id', SESSION_COOKIE_SECURE: 'yes'}), ['SESSION_COOKIE_SECURE'])
	t.deepEqual(keysOf({SESSION_USE_SIGNER: true, SECRET_KEY: 5}), ['SECRET_KEY'])
})

test('the signer needs a key', t => {
	t.deepEqual(keysOf({SESSION_USE_SIGNER: true}), ['SECRET_KEY'])
	t.deepEqual(keysOf({SESSION_USE_SIGNER: true}, {appKeys: []}), ['SECRET_KEY'])
	t.deepEqual(keysOf({SESSION_USE_SIGNER: true, SECRET_KEY: ''}), ['SECRET_KEY'])
})

test('the signer takes the keys of the application when there is no SECRET_KEY', t => {
	const bytes = new Uint8Array([1, 2])
	const config = resolve({SESSION_USE_SIGNER: true, SECRET_KEY_FALLBACKS: ['old']}, {appKeys: ['new', bytes]})
	t.is(config.SECRET_KEY, 'new')
	t.deepEqual(config.SECRET_KEY_FALLBACKS, [bytes, 'old'])
	t.true(Object.isFrozen(config.SECRET_KEY_FALLBACKS))
})

test('SECRET_KEY goes before the keys of the application', t => {
	const config = resolve({SESSION_USE_SIGNER: true, SECRET_KEY: 'mine'}, {appKeys: ['theirs']})
	t.is(config.SECRET_KEY, 'mine')
	t.deepEqual(config.SECRET_KEY_FALLBACKS, [])
})

test('without the signer the keys of the application are left alone', t => {
	t.is(resolve({}, {appKeys: ['theirs']}).SECRET_KEY, undefined)
})

test('a Keygrip in app.keys is a problem that says to set SECRET_KEY', t => {
	class Keygrip {}
	const [problem] = problemsOf({SESSION_USE_SIGNER: true}, {appKeys: new Keygrip()})
	t.is(problem?.key, 'SECRET_KEY')
	t.regex(problem?.expected ?? '', /^SECRET_KEY, or a list/)
	t.regex(problem?.received ?? '', /class Keygrip, whose keys cannot be reached/)
	t.deepEqual(keysOf({SESSION_USE_SIGNER: true}, {appKeys: ['good', 5]}), ['SECRET_KEY'])
})

function resolve(config: Record<string, unknown>, surroundings?: ConfigSurroundings) {
	return resolveConfig(config as SessionConfig, surroundings)
}

function problemsOf(config: Record<string, unknown>, surroundings?: ConfigSurroundings): readonly ConfigProblem[] {
	try {
		resolve(config, surroundings)
		return []
	} catch (error) {
		if (error instanceof SessionError) return error.problems
		throw error
	}
}

function keysOf(config: Record<string, unknown>, surroundings?: ConfigSurroundings): readonly string[] {
	return problemsOf(config, surroundings).map(problem => problem.key)
}
