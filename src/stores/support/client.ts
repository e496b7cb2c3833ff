/** The client that a store works with: one that was passed in, or one that the store makes and ends itself. */

/** Holds the client of one store. */
export interface StoreClient<C> {
	/** The client. @throws Error before `open` has made one */
	get(): C
	/** Makes the client where none was given, once; after a failure it may be called again. */
	open(): Promise<C>
	/** Ends a client that was made here, for good; one that was given stays as it is. */
	close(): Promise<void>
}

/** How to come by a client, and how to end one that was made here. */
export interface ClientSource<C> {
	readonly given: C | undefined
	make(): Promise<C>
	end(client: C): unknown
}

/** @param source where the client comes from; `make` is not called before `open` */
export function clientOf<C>({given, make, end}: ClientSource<C>): StoreClient<C> {
	let client = given
	let making: Promise<C> | undefined
	let closed = false

	async function makeOnce(): Promise<C> {
		const made = await make()
		if (closed) {
			await end(made)
			throw new Error('The store was closed while it was opened')
		}
		client = made
		return made
	}

	return {
		get() {
			if (client === undefined) throw new Error('The store is used before it was opened')
			return client
		},
		async open() {
			if (closed) throw new Error('The store is opened after it was closed')
			if (client !== undefined) return client
			making ??= makeOnce().finally(() => {
				making = undefined
			})
			return making
		},
		async close() {
			if (closed) return
			closed = true
			if (given === undefined && client !== undefined) await end(client)
		},
	}
}
