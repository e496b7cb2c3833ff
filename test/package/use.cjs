/**
 * Uses the package as an application does: two requests with one cookie, on each of two stores that load late.
 *
 * @param {{serverSession: Function, SessionError: Function}} library what `import` or `require` gave
 */
module.exports = async function use(Koa, library, assert) {
	for (const SESSION_TYPE of ['memory', 'keyv']) await twoRequests(Koa, library, assert, {SESSION_TYPE})
}

async function twoRequests(Koa, {serverSession, SessionError}, assert, config) {
	const app = new Koa()
	const sessions = serverSession(app, config)
	app.use(sessions)
	app.use(ctx => {
		ctx.session.views = (ctx.session.views ?? 0) + 1
		ctx.body = String(ctx.session.views)
	})
	const server = await new Promise(resolve => {
		const listening = app.listen(0, '127.0.0.1', () => resolve(listening))
	})
	try {
		const url = `http://127.0.0.1:${server.address().port}`
		const first = await fetch(url)
		const second = await fetch(url, {headers: {cookie: first.headers.get('set-cookie').split(';')[0]}})
		assert.equal(await second.text(), '2')
	} finally {
		server.close()
		await sessions.close()
	}
	assert.throws(() => serverSession(new Koa(), {SESSION_TYPO: 1}), SessionError)
}
