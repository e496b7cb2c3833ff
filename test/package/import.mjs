import assert from 'node:assert/strict'
import Koa from 'koa'
import * as library from 'koa-server-session'
import {memoryStore} from 'koa-server-session/stores/memory'
import {storeConformance} from 'koa-server-session/testing'
import use from './use.cjs'

await use(Koa, library, assert)
assert.equal(storeConformance({name: 'memory', open: async () => ({store: memoryStore()})}).length > 30, true)
