/** This entry of msgpackr has no types of its own. These are of what is used of it. */
declare module 'msgpackr/index-no-eval' {
	type Options = Readonly<Record<string, boolean | 'auto'>>

	export class Packr {
		constructor(options: Options)
		pack(value: unknown): Buffer
	}

	export class Unpackr {
		constructor(options: Options)
		/** Adds a property to `bytes`. */
		unpack(bytes: Buffer): unknown
	}

	/** Makes room in what is written. */
	export type Allocate = (bytes: number) => {readonly target: Buffer; readonly position: number}

	/** `pack` returns the content of the extension, or nothing when it has written into the room that it allocated. */
	export function addExtension(extension: {
		readonly type: number
		readonly Class?: new (...args: never[]) => unknown
		pack?(value: never, allocate: Allocate): Buffer | undefined
		unpack?(content: Buffer): unknown
	}): void
}
