/** What an error says of a failure of a store, and what it never holds. */
import {inspect} from 'node:util'
import test from 'ava'
import {asStoreError} from '../../src/session/store-error.js'

const SID = 'A-b_c9ZZyyXXwwVVuuTTssRRqqPPooNNmmLLkkJJiiH'

/** An error as clients throw them: with a message and properties that hold what was sent. */
function clientError(name: string, message: string, more: object = {}): Error {
	const error = new Error(message)
	error.name = name
	// node-redis, Elasticsearch and others set it anew
	error.stack = `${name}: ${message}\n    at send (/app/client.js:1:1)`
	return Object.assign(error, more)
}

for (const [what, cause] of [
	[
		"redis' own words",
		clientError(
			'ReplyError',
			`ERR unknown command 'set', with args beginning with: 'session:${SID.slice(0, 30)}' 'secret`,
		),
	],
	['the command', clientError('ReplyError', 'WRONGTYPE', {command: {name: 'get', args: [`session:${SID}`, 'secret']}})],
	['a path', clientError('ResponseError', `/_create/session%3A${SID}?secret`, {meta: {body: SID}})],
	['base64', clientError('Error', Buffer.from(`session:${SID} secret`).toString('base64'))],
	['the cause of the cause', clientError('Error', 'failed', {cause: clientError('Error', `session:${SID} secret`)})],
	['an aggregate', new AggregateError([clientError('Error', `${SID} secret`)], SID)],
	['a message of several lines', clientError('Error', `secret\n    at ${SID} (secret)\n${SID}`)],
	['a name', clientError(`Error of ${SID}`, 'secret')],
	['a code', clientError('Error', 'secret', {code: SID})],
	['something that is no error', `secret ${SID}`],
	['an object', {message: SID, secret: 'secret'}],
] as const) {
	test(`an error holds no part of an id and no data, though the client's has them in ${what}`, t => {
		const shown = inspect(asStoreError(cause, 'redis: create'), {depth: 10, showHidden: true, getters: true})
		t.false(shown.includes(SID.slice(0, 8)))
		t.false(shown.includes(SID.slice(-8)))
		t.false(shown.includes('secret'))
		t.false(shown.includes(Buffer.from(SID).toString('base64').slice(8, 20)))
		t.true(shown.includes('redis: create'))
	})
}

for (const [cause, reason] of [
	[clientError('Error', 'connect', {code: 'ECONNREFUSED'}), 'ECONNREFUSED'],
	[clientError('ReplyError', 'READONLY You can not write'), 'ReplyError, READONLY'],
	[
		clientError('MaxRetriesPerRequestError', 'too often', {cause: clientError('Error', '', {code: 'ECONNRESET'})}),
		'MaxRetriesPerRequestError, ECONNRESET',
	],
	[new AggregateError([clientError('Error', '', {code: 'ECONNREFUSED'})], ''), 'AggregateError, ECONNREFUSED'],
	[clientError('MongoServerError', 'duplicate', {code: 11_000}), 'MongoServerError, 11000'],
	[clientError('error', 'deadlock', {code: '40P01'}), 'error, 40P01'],
	['thrown', 'a thrown string'],
] as const) {
	test(`the reason is ${reason}`, t => {
		const {code, status, message} = asStoreError(cause, 'redis: read')
		t.deepEqual(
			[code, status, message],
			['ERR_SESSION_STORE', 503, `The session store failed (redis: read): ${reason}.`],
		)
	})
}

test('the stack of the client stays, where it names files', t => {
	const {cause} = asStoreError(clientError('Error', 'secret'), 'redis: read') as {cause: Error}
	t.is(cause.stack, 'Error: Error\n    at send (/app/client.js:1:1)')
})
