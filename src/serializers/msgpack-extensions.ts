/** The extension types of MessagePack that have a meaning here, and what stands for all others. */

/** A moment, as the specification of MessagePack has it. */
export const TIMESTAMP = 0xff
/** A Map: the array of its entries, each an array of key and value. */
export const MAP = 0x4d
/** A Set: the array of its members. */
export const SET = 0x53

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

const FIRST = Date.parse('0001-01-01T00:00:00Z')
const LAST = Date.parse('9999-12-31T23:59:59.999Z')

/** Whether Python has a datetime for `time`, in milliseconds since 1970; false for NaN. */
export function isMoment(time: number): boolean {
	return time >= FIRST && time <= LAST
}
