/**
 * Runs in the browser: what needs several requests at once. Without it the rest of the page works all the same.
 * Each experiment sends its requests, gets the page anew, and says what the session is afterwards.
 */
const AT_ONCE = 20

const experiments = {
	/** Adds one to the counter in many requests that overlap. */
	async burst() {
		const before = countOf(await newPage())
		await Promise.all(Array.from({length: AT_ONCE}, () => send('/count')))
		const page = await newPage()
		return [page, `${AT_ONCE} requests were sent at once, and ${countOf(page) - before} of ${AT_ONCE} were counted.`]
	},

	/** Logs out while a request that changes the session is under way. */
	async logout() {
		const slow = send('/slow')
		await new Promise(resolve => setTimeout(resolve, 300))
		await send('/logout')
		await slow
		const page = await newPage()
		const cameBack = page.querySelector('pre')?.textContent.includes('"late"') || page.querySelector('#logout') !== null
		const end = cameBack
			? 'The session came back.'
			: 'What it changed was not stored, and the session did not come back.'
		return [page, `A slow request began before the logout and ended after it. ${end}`]
	},
}

for (const button of runButtons()) button.hidden = false

document.addEventListener('click', async ({target}) => {
	const {run} = target.dataset
	if (run === undefined) return
	for (const button of runButtons()) button.disabled = true
	try {
		const [page, text] = await experiments[run]()
		document.querySelector('main').replaceWith(page.querySelector('main'))
		for (const button of runButtons()) button.hidden = false
		tell(text)
	} catch (error) {
		for (const button of runButtons()) button.disabled = false
		tell(`That did not work: ${error.message}`)
	}
})

function runButtons() {
	return document.querySelectorAll('button[data-run]')
}

/** Says it in the live region of the page, and takes the keyboard there: the pressed button may have gone. */
function tell(text) {
	const result = document.querySelector('#result')
	result.textContent = text
	result.hidden = false
	result.focus()
}

/** Sends a form of the page. Every action answers with a redirect, which is not followed. */
async function send(action) {
	const {value: csrf} = document.querySelector('input[name=csrf]')
	const response = await fetch(action, {method: 'POST', body: new URLSearchParams({csrf}), redirect: 'manual'})
	if (response.type !== 'opaqueredirect') throw new Error(`the server answered ${response.status}`)
}

async function newPage() {
	const response = await fetch('/')
	if (!response.ok) throw new Error(`the server answered ${response.status}`)
	return new DOMParser().parseFromString(await response.text(), 'text/html')
}

function countOf(page) {
	return Number(page.querySelector('output').textContent)
}
