import {Keyv} from 'keyv'
import {keyvStore} from '../../../src/stores/keyv.js'
import {inProcess, type StoreHarness} from '../harness.js'

export const harnesses: readonly StoreHarness[] = [
	inProcess('keyv over a Map', false, context => keyvStore(new Keyv(), context)),
	inProcess('keyv over JSON text', false, context => keyvStore(jsonKeyv(), context)),
]

function jsonKeyv(): Keyv {
	return new Keyv({serialize: JSON.stringify, deserialize: JSON.parse})
}
