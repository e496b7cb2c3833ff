import {readFile} from 'node:fs/promises'
import {setTimeout as sleep} from 'node:timers/promises'
import Router from '@koa/router'
import type {DefaultState} from 'koa'
import {type Session, SessionError} from '../src/index.js'
import {createToken, readForm, sameToken} from './forms.js'
import {homePage} from './pages.js'
import {CATEGORIES, type Visitor} from './visitor.js'

/** What a handler finds on `ctx` beside what Koa has. */
interface WithSession {
	session: Session<Visitor>
	form: URLSearchParams
}

/** Every page and action. An action answers with a redirect, so that reloading the page does not repeat it. */
export function createRouter(store: string): Router<DefaultState, WithSession> {
	const router = new Router<DefaultState, WithSession>()

	router.get('/', async ctx => {
		const {session} = ctx
		const {isNew} = session
		const messages = ctx.flashes({withCategories: true})
		session.csrf ??= createToken()
		const stored = await storedData(session)
		ctx.body = homePage({session, isNew, messages, stored, store}).text
	})

	router.get('/browser.js', async ctx => {
		ctx.type = 'text/javascript'
		ctx.body = await readFile(new URL('browser.js', import.meta.url))
	})

	router.use(async (ctx, next) => {
		if (ctx.method !== 'POST') return next()
		ctx.form = await readForm(ctx)
		if (!sameToken(ctx.form.get('csrf'), ctx.session.csrf)) {
			ctx.throw(403, 'This form is out of date. Go back to the page, reload it, and send the form again.')
		}
		await next()
		ctx.redirect('/')
		ctx.status = 303
	})

	router.post('/count', async ctx => {
		// not `session.count++`: of two overlapping requests that add one, both shall count
		await ctx.session.update('count', (count = 0) => count + 1)
	})

	router.post('/slow', async ctx => {
		await sleep(1000)
		// stored only when the session is still there
		ctx.session.late = true
	})

	router.post('/flash', ctx => {
		const category = CATEGORIES.find(name => name === ctx.form.get('category')) ?? 'info'
		ctx.flash(ctx.form.get('message')?.slice(0, 200) || 'A message without words', category)
	})

	router.post('/login', async ctx => {
		const user = ctx.form.get('name')?.trim().slice(0, 50)
		if (!user) {
			ctx.flash('Please give a name.', 'warning')
			return
		}
		// a new id at every login: who knew the id before, or planted it, is not logged in with it
		await ctx.session.regenerate({keep: ['count']})
		ctx.session.user = user
		ctx.flash(`Welcome, ${user}. Your session has a new id.`, 'success')
	})

	router.post('/logout', async ctx => {
		await ctx.session.destroy()
		// data that is set after destroy() makes a new session under a new id
		ctx.flash('You have logged out: your session was destroyed, and this is a new one.', 'info')
	})

	return router
}

/**
 * Stores the session now and reads it again. An ordinary page does neither: the commit at the end of the request is
 * enough. This one shows what the store holds: nothing for a browser whose session has ended a moment ago.
 */
async function storedData(session: Session<Visitor>): Promise<object | undefined> {
	try {
		await session.save()
		return (await session.reload()) ? session.data : undefined
	} catch (error) {
		if (error instanceof SessionError && error.code === 'ERR_SESSION_GONE') return undefined
		throw error
	}
}
