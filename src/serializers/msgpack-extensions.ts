/**
 * What msgpackr has no option for. Its extensions are registered per class and hold for the whole process, so each is
 * bound to a stand-in class of ours: how other users of msgpackr write a Map or a Set is left alone.
 */
import {addExtension, type Options, Packr} from 'msgpackr/index-no-eval'

/** Extension type of a Map: an array of its entries, as MessagePack. */
const MAP_TYPE = 0x4d
/** Extension type of a Set: an array of its members, as MessagePack. */
const SET_TYPE = 0x53

/** What every packr of ours is made with; `auto` reads an integer beyond 2^53 as a BigInt, and msgpackr's types lag. */
export const PACKR_OPTIONS = {
	useRecords: false,
	mapsAsObjects: true,
	variableMapSize: true,
	encodeUndefinedAsNil: true,
	int64AsType: 'auto',
	useToJSON: false,
} as unknown as Options

const packr = new Packr(PACKR_OPTIONS)

/** Where the bytes that are being read begin in their ArrayBuffer. */
let origin = 0

/** `reader.unpack(source)`, such that an extension inside it is read in place. */
export function unpackWith(reader: Packr, source: Buffer): unknown {
	origin = source.byteOffset
	return reader.unpack(source)
}

/**
 * The array in an extension. Not by a second `unpack`: msgpackr then goes on with a copy of the source, in which bytes
 * are no longer a Buffer. A payload of one byte, an empty array, comes without `readAt`.
 */
function readArray(payload: Uint8Array, readAt?: ReadAt): unknown[] {
	const array = readAt ? readAt(payload.byteOffset - origin) : payload[0] === EMPTY_ARRAY ? [] : undefined
	if (Array.isArray(array)) return array
	throw new Error('an extension that is to hold an array holds something else')
}

/** `[]` as MessagePack. */
const EMPTY_ARRAY = 0x90

const readMaps = new WeakSet<object>()

/** Whether `value` is a Map that was stored as one, not an object that was read as a Map. */
export function wasStoredAsMap(value: object): boolean {
	return readMaps.has(value)
}

/** Stands for a Map; `entries` are the pairs, ready for msgpackr. */
export class WireMap {
	constructor(readonly entries: unknown) {}
}

/** Stands for a Set; `members` are ready for msgpackr. */
export class WireSet {
	constructor(readonly members: unknown) {}
}

class WireNegativeZero {}

/** Stands for -0, which msgpackr would write as the integer 0. */
export const NEGATIVE_ZERO = new WireNegativeZero()

type ReadAt = (position: number) => unknown
type Allocate = (size: number) => {target: Buffer; position: number}

// `allocate` hands out the target itself: a plain double is written in the place of an extension, and the type code,
// which msgpackr asks for, is never used
addExtension({
	Class: WireNegativeZero,
	type: SET_TYPE,
	pack: ((_zero: WireNegativeZero, allocate: Allocate) => {
		const {target, position} = allocate(9)
		target.writeUInt8(0xcb, position)
		target.writeDoubleBE(-0, position + 1)
	}) as never,
})
addExtension({
	Class: WireMap,
	type: MAP_TYPE,
	pack: (map: WireMap) => packr.pack(map.entries),
	unpack: ((payload: Uint8Array, readAt?: ReadAt) => {
		const map = new Map(readArray(payload, readAt) as [unknown, unknown][])
		readMaps.add(map)
		return map
	}) as never,
})
addExtension({
	Class: WireSet,
	type: SET_TYPE,
	pack: (set: WireSet) => packr.pack(set.members),
	unpack: ((payload: Uint8Array, readAt?: ReadAt) => new Set(readArray(payload, readAt))) as never,
})
