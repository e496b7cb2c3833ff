/**
 * MessagePack as Python's msgspec (Flask-Session) reads and writes it, by msgpackr.
 *
 * - Integers beyond 32 bits are integers, up to 64 bits; one beyond 2^53 is read as a BigInt.
 * - A Date is the timestamp extension; `undefined` is nil; bytes are bin, and are read as a Buffer.
 * - A Map and a Set, for which MessagePack has no form, are extensions of our own (`msgpack-extensions.ts`): Python
 *   sees an opaque `Ext` and hands it back untouched. Extensions of others are handed on in the same way.
 * - What Python could not read, or would read as something else, is refused with its path.
 */
import type {Serializer} from './contract.js'
import {readMsgpack} from './msgpack-reader.js'
import {writeMsgpack} from './msgpack-writer.js'
import {named} from './values.js'

/** The `msgpack` value of `SESSION_SERIALIZATION_FORMAT`, the default. */
export const msgpack: Serializer = {
	encode: value => {
		try {
			return writeMsgpack(value)
		} catch (error) {
			throw named(error)
		}
	},
	decode: readMsgpack,
}
