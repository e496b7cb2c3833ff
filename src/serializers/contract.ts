/** Turns a session's data into bytes and back. `SESSION_SERIALIZER` takes any object of this shape. */
export interface Serializer {
	/**
	 * The bytes of `value`. What it cannot hold without loss it refuses. Equal values must give equal bytes: changes
	 * inside values are found by comparing them.
	 * @throws SessionError `ERR_SESSION_UNSUPPORTED_VALUE` that names the path, `session.cart.items[2].price`
	 */
	encode(value: Record<string, unknown>): Uint8Array

	/** The value of `bytes`; throws anything when they are not its format. */
	decode(bytes: Uint8Array): unknown
}
