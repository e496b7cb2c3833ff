import {memoryStore} from '../../../src/stores/memory.js'
import {inProcess, type StoreHarness} from '../harness.js'

export const harnesses: readonly StoreHarness[] = [inProcess('memory', true, context => memoryStore({}, context))]
