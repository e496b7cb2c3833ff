/** What the compiler knows of ctx.session: modules of an application, compiled as it would compile them. */
import test from 'ava'
import {faultsOf} from '../support/compile.js'

const HEAD = `
import Koa from 'koa'
import {type Session, serverSession} from 'koa-server-session'
type IsAny<T> = 0 extends 1 & T ? true : false
const no: <T>(value: T, is: IsAny<T> extends false ? true : never) => void = () => {}
const app = new Koa()
`

const AUGMENTED = `${HEAD}
declare module 'koa-server-session' {
	interface SessionData {
		userId?: number
		cart?: {items: string[]}
	}
}
`

/** Modules that compile, and modules with the faults that they must have. */
type Cases = Readonly<Record<string, readonly [code: string, ...faults: RegExp[]]>>

const plain: Cases = {
	'ctx.session is never any': [
		`app.use(serverSession(app))
		app.use(ctx => { no(ctx.session, true); no(ctx.session.sid, true) })`,
	],
	'a key that nobody declared is a fault': ['app.use(ctx => ctx.session.userId)', /userId/],
	'the members have their types': [
		`app.use(async ctx => {
			const sid: string = ctx.session.sid
			const isNew: boolean = ctx.session.isNew
			const expiresAt: number | undefined = ctx.session.expiresAt
			await ctx.session.regenerate({keep: ['cart']})
			await ctx.session.save(error => { no(error as string, true) })
			const found: boolean = await ctx.session.reload()
		})`,
	],
	'what is read only cannot be assigned': [`app.use(ctx => { ctx.session.sid = 'x' })`, /read-only/],
	'permanent and modified can be assigned': [
		'app.use(ctx => { ctx.session.permanent = false; ctx.session.modified = true })',
	],
	'ctx.session = null compiles': ['app.use(ctx => { ctx.session = null })'],
	'ctx.session = undefined does not': ['app.use(ctx => { ctx.session = undefined })', /undefined/],
	'flash and flashes are there': [
		`app.use(ctx => {
			ctx.flash('saved', 'info')
			const pairs: [string, unknown][] = ctx.flashes({withCategories: true})
			const messages: unknown[] = ctx.flashes()
		})`,
	],
	'an option that does not exist is a fault': ['serverSession(app, {SESSION_TYP: 1})', /SESSION_TYP/],
	'an option of a wrong type is a fault': ["serverSession(app, {SESSION_COOKIE_SECURE: 'yes'})", /not assignable/],
	'an argument narrows the session of that application': [
		`interface MySession { user?: {name: string} }
		const mine = new Koa<Koa.DefaultState, {session: Session<MySession>}>()
		const sessions = serverSession<MySession>(app)
		sessions.fromRequest(null as never).then(session => {
			const name: string | undefined = session.user?.name
			no(session.user, true)
		})
		new Koa().use(sessions).use(ctx => { const name: string | undefined = ctx.session.user?.name; no(ctx.session, true) })`,
	],
	'a narrowed session refuses other keys': [
		`interface MySession { user?: string }
		new Koa().use(serverSession<MySession>(app)).use(ctx => ctx.session.other)`,
		/other/,
	],
}

const augmented: Cases = {
	'an augmented key has its type': [
		`app.use(ctx => {
			const id: number | undefined = ctx.session.userId
			ctx.session.cart = {items: ['book']}
			ctx.session.cart.items.push('pen')
			delete ctx.session.userId
			no(ctx.session.cart, true)
		})`,
	],
	'a value of another type is a fault': [
		"app.use(ctx => { ctx.session.userId = 'ada' })",
		/not assignable to type 'number/,
	],
	'a key beside the augmented ones is a fault': ['app.use(ctx => ctx.session.nobody)', /nobody/],
	'ctx.session = {...} takes augmented data': ['app.use(ctx => { ctx.session = {userId: 1} })'],
	'ctx.session = {...} refuses other data': ["app.use(ctx => { ctx.session = {userId: 'x'} })", /not assignable/],
	'update() knows the type of the key': [
		`app.use(async ctx => { const id: number | undefined = await ctx.session.update('userId', id => (id ?? 0) + 1) })`,
	],
	'update() refuses a key that nobody declared': ["app.use(ctx => ctx.session.update('nobody', () => 1))", /nobody/],
}

for (const [head, cases] of [
	[HEAD, plain],
	[AUGMENTED, augmented],
] as const) {
	let faults: Record<string, string[]> | undefined
	const names = Object.keys(cases)
	// one program: the augmentation stands in the first of its modules
	const modules = () =>
		Object.fromEntries(names.map((name, at) => [`case-${at}`, `${at === 0 ? head : HEAD}\n${cases[name]?.[0]}`]))
	for (const [at, name] of names.entries()) {
		test(name, t => {
			faults ??= faultsOf(modules())
			const [, ...expected] = cases[name] ?? t.fail()
			const found = faults[`case-${at}`] ?? []
			t.is(found.length, expected.length, found.join('\n'))
			for (const [index, pattern] of expected.entries()) t.regex(found[index] ?? '', pattern)
		})
	}
}
