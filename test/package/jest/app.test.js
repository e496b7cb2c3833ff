const assert = require('node:assert/strict')
const Koa = require('koa')
const library = require('koa-server-session')
const {fileCache} = require('koa-server-session/stores/keyv')
const {memoryStore} = require('koa-server-session/stores/memory')
const {storeConformance} = require('koa-server-session/testing')
const use = require('../use.cjs')

test('an application works', () => use(Koa, library, assert))

test('a missing client is named', async () => {
	const sessions = library.serverSession(new Koa(), {SESSION_TYPE: 'redis'})
	await expect(sessions.ready()).rejects.toBeInstanceOf(library.SessionError)
	await expect(sessions.ready()).rejects.toThrow(/npm install ioredis/)
})

const stores = {memory: () => memoryStore(), files: () => fileCache({directory: 'jest-sessions', threshold: 0})}
for (const [name, make] of Object.entries(stores)) {
	for (const {title, run} of storeConformance({name, open: () => opened(make())})) test(title, run, 30_000)
}

async function opened(store) {
	await store.open?.()
	return {store}
}
