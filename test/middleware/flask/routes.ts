/** What the views of the recorded application do, in JavaScript. Their texts are Python's. */
import {Readable} from 'node:stream'
import type {Context} from 'koa'

type View = (ctx: Context & {session: Record<string, unknown>}) => unknown

/** The views by path; what a view returns is the body, `ok` when it returns nothing. */
export const views: Readonly<Record<string, View>> = {
	nothing: () => {},
	read: ({session}) => repr(session.a),
	read_item: ({session}) => ('a' in session ? repr(session.a) : 'KeyError'),
	contains: ({session}) => repr('a' in session),
	length: ({session}) => repr(Object.keys(session).length),
	iterate: ({session}) => repr(Object.keys(session)),
	truth: ({session}) => repr(Object.keys(session).some(key => key !== '_permanent')),
	read_permanent: ({session}) => repr(session.permanent),
	read_attrs: ({session}) => `(${[session.isNew, session.modified, session.accessed].map(repr).join(', ')})`,
	read_sid: ({session}) => `sid of ${String(session.sid).length} characters`,
	write: ({session}) => set(session, {a: 1}),
	write_b: ({session}) => set(session, {b: 2}),
	write_same: ({session}) => set(session, {a: session.a}),
	write_none: ({session}) => set(session, {a: null}),
	write_object: ({session}) => set(session, {a: new (class Cart {})()}),
	write_big_int: ({session}) => set(session, {a: 2n ** 64n}),
	setdefault_new: ({session}) => setDefault(session, 'b', 9),
	setdefault_existing: ({session}) => setDefault(session, 'a', 9),
	update: ({session}) => set(session, {b: 2, c: 3}),
	update_empty: ({session}) => set(session, {}),
	ior: ({session}) => set(session, {b: 2}),
	delete_a: ({session}) => void delete session.a,
	pop_missing: ({session}) => {
		const value = session.zz
		delete session.zz
		return repr(value)
	},
	popitem: ({session}) => {
		const key = Object.keys(session).at(-1) ?? ''
		const value = session[key]
		delete session[key]
		return `(${repr(key)}, ${repr(value)})`
	},
	clear: ctx => ctx.session.clear(),
	pop_permanent: ({session}) => void delete session._permanent,
	clear_and_pop_permanent: ctx => {
		ctx.session.clear()
		delete (ctx.session as Record<string, unknown>)._permanent
	},
	permanent_on: ({session}) => set(session, {permanent: true}),
	permanent_off: ({session}) => set(session, {permanent: false}),
	permanent_on_write: ({session}) => set(session, {permanent: true, a: 1}),
	modified_true: ({session}) => set(session, {modified: true}),
	mutate_nested: ({session}) => void (session.n as {x: number[]}).x.push(2),
	mutate_nested_modified: ({session}) => {
		;(session.n as {x: number[]}).x.push(2)
		session.modified = true
	},
	regenerate: ctx => ctx.session.regenerate(),
	write_regenerate: ctx => {
		set(ctx.session, {a: 3})
		return ctx.session.regenerate()
	},
	regenerate_twice: async ctx => {
		await ctx.session.regenerate()
		await ctx.session.regenerate()
	},
	regenerate_clear: async ctx => {
		await ctx.session.regenerate()
		ctx.session.clear()
	},
	do_flash: ctx => ctx.flash('Hello'),
	do_flash_two: ctx => {
		ctx.flash('One')
		ctx.flash('Two é', 'error')
	},
	show_flashes: ctx => repr(ctx.flashes({withCategories: true})),
	flash_and_show: ctx => {
		ctx.flash('Now')
		return repr(ctx.flashes())
	},
	write_then_raise: ({session}) => {
		session.a = 1
		throw new Error('after the write')
	},
	raise_only: () => {
		throw new Error('the session was not touched')
	},
	write_then_404: ctx => {
		set(ctx.session, {a: 1})
		ctx.throw(404)
	},
	write_then_redirect: ctx => {
		set(ctx.session, {a: 1})
		ctx.redirect('/nothing')
		return ctx.body
	},
	after_this_request_write: ctx => {
		ctx.state.afterwards = () => {
			set(ctx.session, {after: 1})
		}
	},
	status_304_write: ctx => withStatus(ctx, 304),
	status_204_write: ctx => withStatus(ctx, 204),
	stream: ctx => {
		const session = ctx.session as Record<string, unknown>
		session.a = 1
		return Readable.from(
			(async function* () {
				yield 'x'
				session.late = 1
				yield repr(session.a)
			})(),
		)
	},
	stream_late_only: ctx =>
		Readable.from(
			(async function* () {
				yield 'x'
				set(ctx.session, {late: 1})
				yield 'y'
			})(),
		),
	vary_cookie_lower_write: ctx => withHeader(ctx, 'Vary', 'cookie'),
	vary_two_headers_write: ctx => withHeader(ctx, 'Vary', ['Accept', 'Cookie']),
	cache_control_write: ctx => withHeader(ctx, 'Cache-Control', 'private, max-age=60'),
	// any answer that is not made by a view
	'gen/tv.py': () => 'a file',
}

function set(session: object, values: object): void {
	Object.assign(session, values)
}

function setDefault(session: Record<string, unknown>, key: string, value: unknown): string {
	session[key] ??= value
	return repr(session[key])
}

function withStatus(ctx: Parameters<View>[0], status: number): null {
	ctx.session.a = 1
	ctx.status = status
	return null
}

function withHeader(ctx: Parameters<View>[0], name: string, value: string | string[]): void {
	ctx.res.setHeader(name, value)
	ctx.session.a = 1
}

/** Python's `repr` of what these views give. */
function repr(value: unknown): string {
	if (value === null || value === undefined) return 'None'
	if (typeof value === 'boolean') return value ? 'True' : 'False'
	if (typeof value === 'string') return `'${value}'`
	return Array.isArray(value) ? `[${value.map(repr).join(', ')}]` : String(value)
}
