import type {Session} from '../src/index.js'
import {Html, html} from './html.js'
import {CSS} from './style.js'
import {CATEGORIES, type Visitor} from './visitor.js'

/** What the page of a visitor shows. */
export interface HomePage {
	readonly session: Session<Visitor>
	readonly isNew: boolean
	readonly messages: readonly (readonly [category: string, message: unknown])[]
	/** What the store holds; `undefined` when it holds nothing. */
	readonly stored: object | undefined
	readonly store: string
}

/** The one page of this example: all that a session is, and everything that can be done with it. */
export function homePage({session, isNew, messages, stored, store}: HomePage): Html {
	const token = html`<input type="hidden" name="csrf" value="${session.csrf}">`
	return layout(
		'Your session',
		html`
		<header>
			<h1>${session.user ? html`Hello, ${session.user}` : 'Hello, visitor'}</h1>
			<p>This page is served by Koa. What it remembers of you is stored in <strong>${store}</strong>; your browser has a cookie with the session id, and nothing else.</p>
		</header>
		${messages.map(([category, message]) => html`<p role="status" class="message ${category}">${message}</p>`)}
		<div class="cards">
			${factsCard(session, isNew)}
			${counterCard(session, token)}
			${session.user ? logoutCard(session.user, token) : loginCard(token)}
			${flashCard(token)}
			${storeCard(stored)}
		</div>`,
	)
}

function factsCard(session: Session<Visitor>, isNew: boolean): Html {
	return html`
		<section aria-labelledby="facts">
			<h2 id="facts">Session</h2>
			<dl>
				<dt>Id</dt><dd><code>${session.sid.slice(0, 8)}…</code> <small>the first 8 of ${session.sid.length} characters: anyone with the id is that visitor, so a page should not show it</small></dd>
				<dt>New</dt><dd>${isNew ? 'yes, this request began it' : 'no'}</dd>
				<dt>Expires</dt><dd>${expiry(session.expiresAt)}</dd>
				<dt>Permanent</dt><dd>${session.permanent ? 'yes, it outlives the browser' : 'no, it ends with the browser'}</dd>
			</dl>
		</section>`
}

function expiry(at: number | undefined): Html {
	if (at === undefined) return html`not known`
	const date = new Date(at).toISOString()
	return html`<time datetime="${date}">${date.slice(0, 16).replace('T', ' ')} UTC</time> <small>${inWords(at - Date.now())} from now; every request moves it</small>`
}

function inWords(ms: number): string {
	const units = [
		['day', 86_400_000],
		['hour', 3_600_000],
		['minute', 60_000],
		['second', 1000],
	] as const
	const [name, size] = units.find(([, unit]) => Math.round(ms / 1000) * 1000 >= unit) ?? units[3]
	const amount = Math.round(ms / size)
	return `${amount} ${name}${amount === 1 ? '' : 's'}`
}

function counterCard(session: Session<Visitor>, token: Html): Html {
	return html`
		<section aria-labelledby="counter">
			<h2 id="counter">Counter</h2>
			<p><output>${session.count ?? 0}</output></p>
			<form method="post" action="/count">${token}<button>Add one</button></form>
			<p><button type="button" data-run="burst" hidden>Add one in 20 requests at once</button></p>
			<p><small>Every request counts, also those that overlap. koa-session counts 1 of 20: docs/concurrency.md has the measurement. Login keeps the counter, logout does not.</small></p>
		</section>`
}

function loginCard(token: Html): Html {
	return html`
		<section aria-labelledby="login">
			<h2 id="login">Log in</h2>
			<form method="post" action="/login">${token}
				<label>Name <input name="name" required maxlength="50" autocomplete="off"></label>
				<button>Log in</button>
			</form>
			<p><small>Any name will do; there is no password, this is an example. Watch the id: it changes with the login.</small></p>
		</section>`
}

function logoutCard(user: string, token: Html): Html {
	return html`
		<section aria-labelledby="logout">
			<h2 id="logout">Log out</h2>
			<p>Logged in as <strong>${user}</strong>.</p>
			<form method="post" action="/logout">${token}<button>Log out</button></form>
			<p><button type="button" data-run="logout" hidden>Log out while a slow request runs</button></p>
			<p><small>Deletes the record from the store at once. A slow request that ends afterwards does not bring it back.</small></p>
		</section>`
}

function flashCard(token: Html): Html {
	return html`
		<section aria-labelledby="flash">
			<h2 id="flash">Message for the next page</h2>
			<form method="post" action="/flash">${token}
				<label>Text <input name="message" maxlength="200" value="Saved." autocomplete="off"></label>
				<label>Category <select name="category">${CATEGORIES.map(name => html`<option>${name}</option>`)}</select></label>
				<button>Flash it</button>
			</form>
			<p><small>It is shown once: reload the page, and it has gone.</small></p>
		</section>`
}

function storeCard(stored: object | undefined): Html {
	return html`
		<section aria-labelledby="store" class="wide">
			<h2 id="store">What the store holds at this moment</h2>
			${stored ? html`<pre tabindex="0">${JSON.stringify(stored, undefined, 2)}</pre>` : html`<p>Nothing.</p>`}
			<p><small><code>csrf</code> is the token in the forms of this page; <code>_permanent</code> is how Flask marks a session that outlives the browser.</small></p>
		</section>`
}

/** What an error page shows. */
export interface ErrorPage {
	readonly status: number
	readonly title: string
	readonly explanation: string | undefined
	/** The code of a session error. */
	readonly code: string | undefined
}

/** The page of an error. */
export function errorPage({status, title, explanation, code}: ErrorPage): Html {
	return layout(
		title,
		html`
		<header>
			<p class="status">${status}</p>
			<h1>${title}</h1>
			${explanation && html`<p>${explanation}</p>`}
			${code && html`<p><small><code>${code}</code></small></p>`}
			<p><a href="/">Back to the page</a></p>
		</header>`,
	)
}

function layout(title: string, body: Html): Html {
	return html`<!doctype html>
<html lang="en">
	<head>
		<meta charset="utf-8">
		<meta name="viewport" content="width=device-width, initial-scale=1">
		<meta name="color-scheme" content="light dark">
		<link rel="icon" href="data:,">
		<title>${title} - koa-server-session</title>
		${STYLE}
		<script type="module" src="/browser.js"></script>
	</head>
	<body>
		<p id="result" role="status" tabindex="-1" hidden></p>
		<main>${body}
		</main>
		<footer>koa-server-session, the example of <code>npm start</code></footer>
	</body>
</html>
`
}

const STYLE = new Html(`<style>${CSS}</style>`)
