/** The client of redis is there: it is loaded, and finds that nothing listens. */
const assert = require('node:assert/strict')
const Koa = require('koa')
const {serverSession} = require('koa-server-session')

const sessions = serverSession(new Koa(), {SESSION_TYPE: 'redis', SESSION_REDIS: 'redis://127.0.0.1:1'})
assert.rejects(sessions.ready(), error => /^ERR_SESSION_STORE/.test(error.code)).finally(() => sessions.close())
