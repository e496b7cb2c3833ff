import {randomBytes} from 'node:crypto'

/** The size of the session that `/login` makes, as JSON. */
export const SESSION_BYTES = 1024

/**
 * What an application keeps about a visitor who has logged in, filled up so that `JSON.stringify({...kept, ...data})`
 * is 1,024 bytes.
 *
 * @param kept what the session library keeps in the session besides, such as Flask's `_permanent`
 */
export function sessionData(kept = {}) {
	const data = {
		uid: randomBytes(8).toString('hex'),
		name: 'Ada Lovelace',
		email: 'ada@example.org',
		roles: ['member', 'editor'],
		loginAt: Date.now(),
		csrf: randomBytes(24).toString('base64url'),
		locale: 'en-GB',
		settings: {theme: 'dark', pageSize: 25, newsletter: false},
		cart: [
			{sku: 'B-1843', quantity: 1, price: 18.5},
			{sku: 'N-0007', quantity: 2, price: 4.25},
		],
		lastVisited: ['/catalogue', '/catalogue/engines', '/account/orders'],
		note: '',
	}
	const missing = SESSION_BYTES - JSON.stringify({...kept, ...data}).length
	return {...data, note: 'x'.repeat(missing)}
}
