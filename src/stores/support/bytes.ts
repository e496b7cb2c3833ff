/** Passing on bytes without copying them. */

/** The same memory as a `Buffer`, which is what Node and the clients of the backends take. */
export function asBuffer(bytes: Uint8Array): Buffer {
	return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
