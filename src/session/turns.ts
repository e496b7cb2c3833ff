import {SessionError} from '../errors.js'
import {HeardPromise} from './heard-promise.js'

/** The operations of one session, one after the other: two `save()` at once must not write twice. */
export class Turns {
	#tail: Promise<unknown> = Promise.resolve()
	#running = 0
	readonly #failures: {readonly turn: HeardPromise<unknown>; readonly error: unknown}[] = []

	/** An operation has begun and not ended: a handler need not wait for what it calls. */
	get busy(): boolean {
		return this.#running > 0
	}

	/**
	 * Runs `operation` after all earlier ones.
	 * @param repeated the commit does it again should it fail
	 */
	run<T>(operation: () => Promise<T>, {repeated = false} = {}): Promise<T> {
		this.#running += 1
		const before = this.#tail
		const turn = new HeardPromise<T>(resolve => resolve(before.then(operation)))
		this.#tail = turn.overhear(
			() => {
				this.#running -= 1
			},
			error => {
				this.#running -= 1
				if (!repeated) this.#failures.push({turn, error})
			},
		)
		return turn
	}

	/** The first failure of an operation that nobody has waited for. That a session is gone is none. */
	get unheardFailure(): unknown {
		const isFailure = (error: unknown) => !(error instanceof SessionError && error.code === 'ERR_SESSION_GONE')
		return this.#failures.find(({turn, error}) => !turn.heard && isFailure(error))?.error
	}
}
