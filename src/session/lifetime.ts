/** The arithmetic of expiry, in milliseconds since the epoch: the configuration and a moment in, a moment out. */

import type {ResolvedConfig} from '../generated/types.js'
import type {Extension} from '../stores/contract.js'

/** When a record that is written now expires. */
export function expiryOf(config: ResolvedConfig, now: number): number {
	return now + config.PERMANENT_SESSION_LIFETIME
}

/** How far a read moves the expiry, by SESSION_REFRESH_EACH_REQUEST and SESSION_REFRESH_INTERVAL. */
export function extensionOf(config: ResolvedConfig, now: number): Extension | undefined {
	if (!config.SESSION_REFRESH_EACH_REQUEST) return undefined
	const to = expiryOf(config, now)
	const interval = config.SESSION_REFRESH_INTERVAL
	return {to, ifBefore: interval === 0 ? Number.POSITIVE_INFINITY : to - interval}
}

/**
 * Whether the cookie is sent again after a read that has moved the expiry of the record.
 * @param before when the record would have expired without it; `undefined` where the store does not tell
 */
export function isCookieDueAfterRead(config: ResolvedConfig, before: number | undefined, now: number): boolean {
	return config.SESSION_REFRESH_EACH_REQUEST === 'exact' || isInNewWindow(config, before, now)
}

/** Whether the cookie is sent again after a write; `before` as in {@link isCookieDueAfterRead}. */
export function isCookieDueAfterWrite(config: ResolvedConfig, before: number | undefined, now: number): boolean {
	return config.SESSION_REFRESH_EACH_REQUEST !== true || isInNewWindow(config, before, now)
}

/**
 * Nobody knows when a browser was sent its cookie last. But the expiry of the record tells when it was moved last, and
 * time is divided into windows of SESSION_COOKIE_REFRESH_PERCENT of the lifetime: whoever moves the expiry for the first
 * time in a window sends the cookie. So the cookie is never older than one window, or two when a response was lost.
 */
function isInNewWindow(config: ResolvedConfig, before: number | undefined, now: number): boolean {
	const lifetime = config.PERMANENT_SESSION_LIFETIME
	const window = (lifetime * config.SESSION_COOKIE_REFRESH_PERCENT) / 100
	if (before === undefined || window === 0) return true
	return Math.floor((before - lifetime) / window) !== Math.floor(now / window)
}
