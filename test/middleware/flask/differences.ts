/**
 * Where this package does not do what Flask-Session does, on purpose: the list of docs/flask-differences.md with the
 * recordings that each point concerns, and what happens here instead.
 */
import type {Observed, Scenario} from './scenarios.js'

/** A deliberate difference. */
export interface Difference {
	/** As the point is called in docs/flask-differences.md. */
	readonly title: string
	/** The recordings that it concerns. */
	readonly scenarios: readonly string[]
	/** What happens here in place of `recorded`. */
	ours(recorded: Observed, scenario: Scenario, step: number): Observed
}

const KNOWN = 'session:known_0123456789'
const DELETION = 'Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; '
const valid = (...names: string[]) => names.map(name => `valid cookie {_permanent, a}: ${name}`)
const noCookie = (...names: string[]) => names.map(name => `no cookie: ${name}`)
const notPermanent = (...names: string[]) => names.map(name => `SESSION_PERMANENT False, no cookie: ${name}`)
const noRefresh = (...names: string[]) =>
	names.map(name => `SESSION_REFRESH_EACH_REQUEST False, valid cookie {_permanent, a}: ${name}`)
const malformed = (...names: string[]) => names.map(name => `malformed cookie, read: ${name}`)
const stored = (...names: string[]) => names.map(name => `stored value ${name}`)
const cookie = (...names: string[]) => names.map(name => `cookie: ${name}: write, clear`)
const lifetime = (...names: string[]) => names.map(name => `PERMANENT_SESSION_LIFETIME ${name}: write`)

/** The differences, in the order in which they apply. */
export const differences: readonly Difference[] = [
	{
		title: 'Nothing is deleted that was never stored',
		scenarios: [
			...noCookie('clear', 'update_empty', 'permanent_on', 'flash_and_show'),
			...notPermanent('permanent_on', 'permanent_off', 'clear'),
			...valid('regenerate_twice', 'regenerate_clear'),
			'unknown sid: clear',
			'unknown sid: permanent_on',
		],
		ours: (recorded, {steps}, step) => ({
			...recorded,
			effects: recorded.effects.filter(effect => !/^delete session:<sid:\d>$/.test(effect)),
			setCookie: steps[step]?.cookie === null ? [] : recorded.setCookie,
		}),
	},
	{
		title: 'Of several cookies the first that the store knows counts',
		scenarios: malformed('twice in one header, first unknown'),
		ours: recorded => ({
			...recorded,
			setCookie: ['session=known_0123456789; Expires=<now+2678400s>; HttpOnly; Path=/'],
			body: '1',
			effects: ['extend session:known_0123456789 for 2678400 s', 'read session:known_0123456789', ...recorded.effects],
		}),
	},
	{
		title: 'A deletion cookie carries the attributes of the cookie',
		scenarios: [
			...valid('popitem', 'clear', 'clear_and_pop_permanent', 'regenerate_clear'),
			'valid cookie {_permanent, a, b}: clear',
			'unknown sid: clear',
			'unknown sid: permanent_on',
			'SESSION_PERMANENT False, valid cookie {a}: delete_a',
			'SESSION_PERMANENT False, valid cookie {a}: clear',
			...noRefresh('delete_a', 'clear'),
			'signer: clear',
			...cookie(
				'defaults',
				'SESSION_COOKIE_DOMAIN example.com',
				'SESSION_COOKIE_DOMAIN .example.com',
				'SESSION_COOKIE_DOMAIN example.com:5000',
				'SESSION_COOKIE_DOMAIN bücher.example',
				"SESSION_COOKIE_PATH '/a b;c/é'",
				'APPLICATION_ROOT /root and SESSION_COOKIE_PATH /app',
				'SESSION_COOKIE_SECURE True',
				'SESSION_COOKIE_SAMESITE Lax',
				'SESSION_COOKIE_NAME sid',
				'everything',
			),
			'flash in one request, shown in the next, gone in the third',
		],
		ours: (recorded, {config}) => ({
			...recorded,
			setCookie: recorded.setCookie.map(text => {
				if (!text.includes(DELETION)) return text
				const secure = config.SESSION_COOKIE_SECURE ? 'Secure; ' : ''
				const sameSite = config.SESSION_COOKIE_SAMESITE ? `; SameSite=${config.SESSION_COOKIE_SAMESITE}` : ''
				return text.replace(DELETION, `${DELETION}${secure}HttpOnly; `) + sameSite
			}),
		}),
	},
	{
		title: 'SESSION_COOKIE_PARTITIONED is honoured',
		scenarios: cookie('everything'),
		ours: recorded => ({...recorded, setCookie: recorded.setCookie.map(text => `${text}; Partitioned`)}),
	},
	{
		title: 'Unchanged data is not written again',
		scenarios: [
			...noRefresh('write', 'permanent_on'),
			'SESSION_REFRESH_EACH_REQUEST False and SESSION_PERMANENT False, valid cookie {a}: write',
		],
		ours: recorded => ({...recorded, setCookie: [], effects: [`read ${KNOWN}`]}),
	},
	{
		title: 'A record changes its format with its next change',
		scenarios: ['format json, stored msgpack: read'],
		ours: recorded => ({...recorded, effects: [`extend ${KNOWN} for 2678400 s`, `read ${KNOWN}`]}),
	},
	{
		title: 'Changes inside of values are saved without a flag',
		scenarios: ['nested mutation without modified, SESSION_REFRESH_EACH_REQUEST False'],
		ours: recorded => ({
			...recorded,
			setCookie: ['session=known_0123456789; Expires=<now+2678400s>; HttpOnly; Path=/'],
			effects: [`read ${KNOWN}`, `write ${KNOWN} 82aa5f7065726d616e656e74c3a16e81a178920102 for 2678400 s`],
		}),
	},
	{
		title: 'A malformed id never reaches the store',
		scenarios: [
			...malformed('dots', 'glob', 'UTF-8', 'signed form with signer off', '300 characters', 'CR LF escaped', 'comma'),
			'300 characters: write',
		],
		ours: recorded => ({...recorded, effects: recorded.effects.filter(effect => !effect.startsWith('read '))}),
	},
	{
		title: 'The expiry moves in the round trip that reads',
		scenarios: [
			...stored(
				'empty map 80: nothing',
				'{_permanent: true} only: nothing',
				'{_permanent: false} only: nothing',
				'nil c0: nothing',
				'empty string: nothing',
				'empty string: write_b',
				'int 05: nothing',
				'garbage: nothing',
				'garbage: write_b',
				'invalid UTF-8 in a str: nothing',
				'invalid UTF-8 in a str: write_b',
			),
			'write of an object that cannot be encoded, valid cookie',
		],
		ours: (recorded, _scenario, step) =>
			step > 0 ? recorded : {...recorded, effects: [`extend ${KNOWN} for 2678400 s`, ...recorded.effects]},
	},
	{
		title: 'Python pickles are never read',
		scenarios: [...stored('pickle: nothing', 'pickle: write_b'), 'format msgpack, stored pickle: read'],
		ours: asCorrupt,
	},
	{
		title: 'A list of pairs is no session',
		scenarios: stored('list of pairs: nothing'),
		ours: asCorrupt,
	},
	{
		title: 'An unreadable record fails only who asks for its data',
		scenarios: [
			...stored('int 05: nothing', 'garbage: nothing', 'garbage: write_b'),
			...stored('invalid UTF-8 in a str: nothing', 'invalid UTF-8 in a str: write_b'),
		],
		ours: asUnreadable,
	},
	{
		title: 'A server error keeps no changes',
		scenarios: ['view raises after a write', 'view raises without touching the session, valid cookie'],
		ours: (recorded, {scenario}, step) => {
			if (scenario === 'view raises after a write') {
				return step === 0
					? {...recorded, setCookie: [], effects: []}
					: {...recorded, setCookie: [], body: 'None', effects: ['read session:<sid:1>']}
			}
			return {...recorded, setCookie: [], vary: []}
		},
	},
	{
		title: 'A failing store is a 503',
		scenarios: ['redis down, cookie: nothing'],
		ours: recorded => ({...recorded, status: 503}),
	},
	{
		title: 'isNew tells whether the session is new',
		scenarios: noCookie('read_attrs'),
		ours: recorded => ({...recorded, body: '(True, False, True)'}),
	},
	{
		title: 'SECRET_KEY_FALLBACKS is honoured',
		scenarios: ['signer: SECRET_KEY_FALLBACKS is not looked at'],
		ours: (recorded, _scenario, step) =>
			step === 0
				? recorded
				: {
						...recorded,
						body: '1',
						setCookie: ['session=<sid:1>.<sig>; Expires=<now+2678400s>; HttpOnly; Path=/'],
						effects: ['extend session:<sid:1> for 2678400 s', 'read session:<sid:1>'],
					},
	},
	{
		title: 'Expiries in the store count milliseconds',
		scenarios: lifetime('timedelta 1.9 s', 'float 60.5'),
		ours: recorded => ({
			...recorded,
			effects: recorded.effects.map(effect => effect.replace(/ 1 s$/, ' 1.9 s').replace(/ 60 s$/, ' 60.5 s')),
		}),
	},
	{
		title: 'A lifetime may be a text',
		scenarios: lifetime("text '60'"),
		ours: recorded => ({
			...recorded,
			status: 200,
			setCookie: ['session=<sid:1>; Expires=<now+60s>; HttpOnly; Path=/'],
			body: 'ok',
			effects: ['write session:<sid:1> 82aa5f7065726d616e656e74c3a16101 for 60 s'],
		}),
	},
	{
		title: 'Any client of redis will do',
		scenarios: ['redis client with decode_responses=True, valid cookie: read'],
		ours: recorded => ({
			...recorded,
			status: 200,
			setCookie: ['session=known_0123456789; Expires=<now+2678400s>; HttpOnly; Path=/'],
			vary: ['Cookie'],
			body: '1',
			effects: [`extend ${KNOWN} for 2678400 s`, `read ${KNOWN}`],
		}),
	},
]

/** The recordings whose configuration is refused at start, with the option that is at fault. */
export const refusals: Readonly<Record<string, string>> = {
	'signer without SECRET_KEY: no cookie: nothing, read, write': 'SECRET_KEY',
	'signer without SECRET_KEY: with cookie: nothing': 'SECRET_KEY',
	'cookie: SESSION_COOKIE_DOMAIN empty string: write, clear': 'SESSION_COOKIE_DOMAIN',
	'cookie: SESSION_COOKIE_SAMESITE None (text): write, clear': 'SESSION_COOKIE_SAMESITE',
	'cookie: SESSION_COOKIE_SAMESITE bad: write, clear': 'SESSION_COOKIE_SAMESITE',
	'PERMANENT_SESSION_LIFETIME int 0: write': 'PERMANENT_SESSION_LIFETIME',
	'PERMANENT_SESSION_LIFETIME int -1: write': 'PERMANENT_SESSION_LIFETIME',
	'PERMANENT_SESSION_LIFETIME None: write': 'PERMANENT_SESSION_LIFETIME',
	'SESSION_ID_LENGTH 0: write, read, write_b': 'SESSION_ID_LENGTH',
}

/** The title of the point on {@link refusals}. */
export const REFUSAL = 'An invalid configuration is refused at start'

/**
 * The points that no recording shows. The first one is tested with each of them; of the second one the key is passed over
 * there; the third one is switched off there (`exact`); the last one is tested with the vectors.
 */
export const UNRECORDED: readonly string[] = [
	'A response that sets the cookie is not cached',
	'An ended id is remembered for some seconds',
	'The cookie is sent again when it has lost a part of its life',
	'Only the canonical spelling of a signature is accepted',
]

function asCorrupt(recorded: Observed, scenario: Scenario): Observed {
	const effects = [`extend ${KNOWN} for 2678400 s`, `read ${KNOWN}`]
	return {...asUnreadable(recorded, scenario), setCookie: [], body: undefined, effects}
}

function asUnreadable(recorded: Observed, {scenario}: Scenario): Observed {
	const isAskedFor = !scenario.endsWith('nothing')
	return {...recorded, status: isAskedFor ? 500 : 200, vary: isAskedFor ? ['Cookie'] : []}
}
