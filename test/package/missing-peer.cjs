/** The client of redis is not installed: the error says what to install. */
const assert = require('node:assert/strict')
const Koa = require('koa')
const {serverSession, SessionError} = require('koa-server-session')

const missing = error => {
	assert.ok(error instanceof SessionError)
	assert.equal(error.code, 'ERR_SESSION_PACKAGE_MISSING')
	assert.match(error.message, /npm install ioredis/)
	return true
}
assert.rejects(serverSession(new Koa(), {SESSION_TYPE: 'redis'}).ready(), missing)
