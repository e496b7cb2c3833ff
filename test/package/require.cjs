const assert = require('node:assert/strict')
const Koa = require('koa')
const library = require('koa-server-session')
const {memoryStore} = require('koa-server-session/stores/memory')
const {storeConformance} = require('koa-server-session/testing')

require('./use.cjs')(Koa, library, assert)
assert.equal(storeConformance({name: 'memory', open: async () => ({store: memoryStore()})}).length > 30, true)
