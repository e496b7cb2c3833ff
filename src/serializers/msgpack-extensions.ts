/**
 * The extension types of MessagePack. msgpackr registers them for the whole library; `msgpackr/index-no-eval` is a copy
 * of it that shares nothing with `msgpackr`, so that an application with extensions of its own notices nothing of these.
 */
import {type Allocate, addExtension} from 'msgpackr/index-no-eval'

/** A Map: the array of its entries, each an array of key and value. */
export const MAP = 0x4d
/** A Set: the array of its members. */
export const SET = 0x53
/** A moment, which msgpackr reads and writes as a Date. */
const TIMESTAMP = 0xff

/**
 * What another program stored under a type that has no meaning here: opaque, and written back as it was. Python's
 * `msgspec.msgpack.Ext` is the same.
 */
export class Extension {
	constructor(
		/** 0 to 255. */
		readonly type: number,
		readonly data: Buffer,
	) {}
}

/** Stands for -0, which msgpackr would write as the integer 0: the type byte and the bytes of a float. */
export const NEGATIVE_ZERO = new Extension(0xcb, Buffer.of(0x80, 0, 0, 0, 0, 0, 0, 0))

const writer = {
	Class: Extension,
	type: MAP,
	pack(extension: Extension, allocate: Allocate): Buffer | undefined {
		writer.type = extension.type // msgpackr reads it after this call
		if (extension !== NEGATIVE_ZERO) return extension.data
		const {target, position} = allocate(9)
		target[position] = extension.type
		target.set(extension.data, position + 1)
		return undefined
	},
}

addExtension(writer)
for (let type = 0; type < TIMESTAMP; type++) {
	addExtension({type, unpack: data => new Extension(type, Buffer.from(data))})
}
