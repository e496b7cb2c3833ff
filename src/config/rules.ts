/**
 * The relations between options, by the ids of the schema's `rules`. Nothing here may import generated values: the
 * generator reads these ids to check the schema.
 */

import type {RuleId} from '../generated/options.js'
import type {ResolvedConfig} from '../generated/types.js'

/** Looks at checked values with their defaults; says what came when the rule is broken, and nothing when it holds. */
export type RuleCheck = (config: ResolvedConfig) => string | undefined

/** The check of each rule. */
export const ruleChecks: Readonly<Record<RuleId, RuleCheck>> = {
	'host-prefix': config => {
		if (!hasPrefix(config, '__Host-')) return undefined
		const faults = [
			config.SESSION_COOKIE_SECURE === true ? [] : [`SESSION_COOKIE_SECURE ${quote(config.SESSION_COOKIE_SECURE)}`],
			config.SESSION_COOKIE_PATH === '/' ? [] : [`SESSION_COOKIE_PATH ${quote(config.SESSION_COOKIE_PATH)}`],
			config.SESSION_COOKIE_DOMAIN === undefined
				? []
				: [`SESSION_COOKIE_DOMAIN ${quote(config.SESSION_COOKIE_DOMAIN)}`],
		].flat()
		return faults.length > 0 ? faults.join(', ') : undefined
	},

	'secure-prefix': config =>
		hasPrefix(config, '__Secure-') && config.SESSION_COOKIE_SECURE !== true
			? `SESSION_COOKIE_SECURE ${quote(config.SESSION_COOKIE_SECURE)}`
			: undefined,

	'same-site-none': config =>
		config.SESSION_COOKIE_SAMESITE === 'None' && config.SESSION_COOKIE_SECURE === false
			? 'SESSION_COOKIE_SECURE false'
			: undefined,

	partitioned: config =>
		config.SESSION_COOKIE_PARTITIONED && config.SESSION_COOKIE_SECURE === false
			? 'SESSION_COOKIE_SECURE false'
			: undefined,

	'signer-key': config =>
		config.SESSION_USE_SIGNER && config.SECRET_KEY === undefined ? 'SESSION_USE_SIGNER without a key' : undefined,

	'custom-store': config =>
		config.SESSION_TYPE === 'custom' && config.SESSION_STORE === undefined ? 'no SESSION_STORE' : undefined,

	'refresh-interval': config =>
		config.SESSION_REFRESH_INTERVAL < config.PERMANENT_SESSION_LIFETIME
			? undefined
			: `${config.SESSION_REFRESH_INTERVAL / 1000} s, and a lifetime of ${config.PERMANENT_SESSION_LIFETIME / 1000} s`,

	'lifetime-date': config =>
		Date.now() + config.PERMANENT_SESSION_LIFETIME < Date.UTC(10_000, 0)
			? undefined
			: `${config.PERMANENT_SESSION_LIFETIME / 1000} s`,

	'property-name': config => (config.SESSION_PROPERTY in Object.prototype ? quote(config.SESSION_PROPERTY) : undefined),
}

// Browsers compare the prefixes without regard to case (RFC 6265bis, 5.7).
function hasPrefix(config: ResolvedConfig, prefix: string): boolean {
	return config.SESSION_COOKIE_NAME.toLowerCase().startsWith(prefix.toLowerCase())
}

function quote(value: string | boolean): string {
	return typeof value === 'string' ? `'${value}'` : String(value)
}
