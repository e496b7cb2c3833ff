/** The signer, by the golden vectors of itsdangerous. */
import test from 'ava'
import {createSigner} from '../../src/middleware/signer.js'
import {type SignerVector, vectors} from '../serializers/support/vectors.js'

const {valid, rejected, accepted_although_not_canonical: notCanonical, key_rotation: rotation} = vectors.signer

const keyOf = ({secret_key: text, secret_key_hex: hex}: SignerVector) =>
	hex === undefined ? text : Buffer.from(hex, 'hex')

for (const vector of valid) {
	const {secret_key_name: key, sid_name: what, sid, cookie} = vector

	test(`signs as itsdangerous does: key ${key}, id ${what}`, t => {
		t.is(createSigner([keyOf(vector)]).sign(sid), cookie)
	})

	test(`accepts what itsdangerous signed: key ${key}, id ${what}`, t => {
		t.deepEqual(createSigner([keyOf(vector)]).unsign(cookie), {sid, current: true})
	})
}

for (const {name, secret_key: key, cookie} of rejected) {
	test(`rejects what itsdangerous rejects: ${name}`, t => {
		t.is(createSigner([key]).unsign(cookie), undefined)
	})
}

for (const {name, secret_key: key, cookie, ...vector} of notCanonical) {
	const sid = (vector as unknown as {unsigned: string}).unsigned
	const canonical = createSigner([key]).sign(sid)
	test(`${cookie === canonical ? 'accepts' : 'rejects another spelling of'} a signature: ${name}`, t => {
		t.deepEqual(createSigner([key]).unsign(cookie), cookie === canonical ? {sid, current: true} : undefined)
	})
}

test('the vectors hold other spellings of a signature', t => {
	const others = notCanonical.filter(({secret_key: key, cookie, ...vector}) => {
		return createSigner([key]).sign((vector as unknown as {unsigned: string}).unsigned) !== cookie
	})
	t.is(others.length, 8)
})

test('the first key signs, and the others are accepted as outdated', t => {
	const [current, old] = rotation as [{cookie: string; sid: string}, {cookie: string; sid: string}]
	const signer = createSigner(['new', 'old'])
	t.is(signer.sign(current.sid), current.cookie)
	t.deepEqual(signer.unsign(current.cookie), {sid: current.sid, current: true})
	t.deepEqual(signer.unsign(old.cookie), {sid: old.sid, current: false})
})

test('a signature of a key that was removed is rejected', t => {
	const old = rotation[1] as {cookie: string}
	t.is(createSigner(['new', 'newer']).unsign(old.cookie), undefined)
})
