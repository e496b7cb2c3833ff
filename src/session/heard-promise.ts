/**
 * A promise that knows whether anybody waits for it: `await`, `then` and `return` from an async function all count. A
 * failure that nobody hears would be lost: `ctx.session.destroy()` without `await` would leave a session alive.
 */
export class HeardPromise<T> extends Promise<T> {
	#heard = false

	/** What is derived from it is an ordinary promise. */
	static override get [Symbol.species](): PromiseConstructor {
		return Promise
	}

	/** Somebody will learn how it ends. */
	get heard(): boolean {
		return this.#heard
	}

	// biome-ignore lint/suspicious/noThenProperty: it is a promise
	override then<A = T, B = never>(
		onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
		onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
	): Promise<A | B> {
		this.#heard = true
		return super.then(onFulfilled, onRejected)
	}

	/** As `then`, for who only keeps the books. */
	overhear(onFulfilled: () => void, onRejected: (reason: unknown) => void): Promise<void> {
		return super.then(onFulfilled, onRejected)
	}
}
