/** The surroundings of a store that is made by hand, without the middleware. */

import {createWarner} from '../../warn.js'
import type {StoreContext} from '../contract.js'

/** The default of SESSION_STORE_TIMEOUT. */
const TIMEOUT_MS = 5000

/** The system clock, the default deadline, and warnings through `process.emitWarning`, once for each code. */
export function systemContext(): StoreContext {
	return {now: Date.now, timeoutMs: TIMEOUT_MS, warn: createWarner()}
}
