import {randomBytes, timingSafeEqual} from 'node:crypto'
import type {Context} from 'koa'

/** Forms of this example are small; what is longer is refused. */
const MAX_BYTES = 10_000

/** The fields of a form that was sent with POST. */
export async function readForm(ctx: Context): Promise<URLSearchParams> {
	if (!ctx.is('urlencoded')) ctx.throw(415, 'A form is expected')
	const chunks: Buffer[] = []
	let length = 0
	for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
		length += chunk.length
		if (length > MAX_BYTES) ctx.throw(413, 'The form is too long')
		chunks.push(chunk)
	}
	return new URLSearchParams(Buffer.concat(chunks).toString())
}

/** A new token for the forms of one session: other sites cannot read it, so they cannot send the form. */
export function createToken(): string {
	return randomBytes(32).toString('base64url')
}

/** Whether two tokens are equal, in a time that does not tell where they differ. */
export function sameToken(given: string | null, expected: string | undefined): boolean {
	if (given === null || expected === undefined) return false
	const [a, b] = [Buffer.from(given), Buffer.from(expected)]
	return a.length === b.length && timingSafeEqual(a, b)
}
