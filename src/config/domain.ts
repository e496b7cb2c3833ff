/** Domain names as users write them and as a cookie carries them. */

import {domainToASCII} from 'node:url'

/** The domain as a cookie carries it: no leading dot, no port, IDNA; `undefined` when it is none. */
export function bareDomain(domain: string): string | undefined {
	return domainToASCII(domain.replace(/^\./, '').replace(/:\d+$/, '')) || undefined
}
