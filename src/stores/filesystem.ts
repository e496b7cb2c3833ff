/**
 * `SESSION_TYPE: 'filesystem'`, deprecated: the files of `file-cache.ts`, set up by SESSION_FILE_DIR,
 * SESSION_FILE_THRESHOLD and SESSION_FILE_MODE. Use `keyv` instead.
 */

import type {StoreFactory} from './factory.js'
import {fileCache} from './file-cache.js'

/** The store of `SESSION_TYPE: 'filesystem'`. */
export const createStore: StoreFactory = (config, context) =>
	fileCache(
		{directory: config.SESSION_FILE_DIR, threshold: config.SESSION_FILE_THRESHOLD, mode: config.SESSION_FILE_MODE},
		context,
	)
