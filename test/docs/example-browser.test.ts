/** The example in a real browser: what its script does, on a phone too, and with the keyboard alone. */
import test, {type ExecutionContext} from 'ava'
import {chromium, type Page} from 'playwright-core'
import {startExample} from '../support/example.js'
import {chromiumBrowser} from '../support/servers/chromium.js'
import {startFor, testWith} from '../support/servers/server.js'

const withBrowser = testWith(test, chromiumBrowser)

withBrowser('of 20 requests at once all 20 are counted', async t => {
	const page = await openExample(t)
	await page.getByRole('button', {name: 'Add one', exact: true}).click()
	await page.getByRole('button', {name: '20 requests at once'}).click()
	t.is(await resultOf(page), '20 requests were sent at once, and 20 of 20 were counted.')
	t.is(await page.locator('output').textContent(), '21')
	t.is(JSON.parse((await page.locator('pre').textContent()) ?? '').count, 21)
})

withBrowser('a slow request does not bring back a session that has logged out meanwhile', async t => {
	const page = await openExample(t)
	await logIn(page)
	await page.getByRole('button', {name: 'while a slow request runs'}).click()
	t.regex(await resultOf(page), /was not stored, and the session did not come back\.$/)
	t.is(await page.locator('h1').textContent(), 'Hello, visitor')
	await page.reload()
	t.is(await page.locator('h1').textContent(), 'Hello, visitor')
	t.notRegex((await page.locator('pre').textContent()) ?? '', /late|Ann/)
})

withBrowser('on a phone nothing is wider than the screen, and every button is large enough for a finger', async t => {
	const page = await openExample(t, {width: 375, height: 667})
	await logIn(page)
	t.is(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'), 0)
	for (const button of await page.getByRole('button').all()) {
		t.true(((await button.boundingBox())?.height ?? 0) >= 44, (await button.textContent()) ?? '')
	}
})

withBrowser('with the keyboard alone a visitor logs in, counts and reads the result', async t => {
	const page = await openExample(t)
	await tabTo(page, 'Add one in 20 requests at once')
	await page.keyboard.press('Enter')
	t.regex(await resultOf(page), /20 of 20/)
	t.is(await page.evaluate('document.activeElement.id'), 'result', 'the keyboard is where the result is')
	await tabTo(page, 'Name')
	await page.keyboard.type('Ann')
	await page.keyboard.press('Enter')
	await page.getByRole('heading', {name: 'Hello, Ann'}).waitFor()
	t.is(await page.locator('output').textContent(), '20')
})

/** The page of a fresh example, in a window of its own; what the page complains of fails the test. */
async function openExample(t: ExecutionContext, viewport = {width: 1200, height: 800}): Promise<Page> {
	const {url: browserUrl} = process.env.CHROMIUM_URL
		? {url: process.env.CHROMIUM_URL}
		: await startFor(t, chromiumBrowser)
	const {url} = await startExample(t, {PORT: '0'})
	const browser = await chromium.connectOverCDP(browserUrl)
	t.teardown(() => browser.close())
	const context = await browser.newContext({viewport})
	const page = await context.newPage()
	const complaints: string[] = []
	page.on('pageerror', error => complaints.push(String(error)))
	page.on('console', message => message.type() === 'error' && complaints.push(message.text()))
	t.teardown(() => {
		if (complaints.length > 0) throw new Error(`the page complained: ${complaints.join('; ')}`)
	})
	await page.goto(url)
	return page
}

async function logIn(page: Page): Promise<void> {
	await page.getByLabel('Name').fill('Ann')
	await page.getByRole('button', {name: 'Log in'}).click()
	await page.getByRole('heading', {name: 'Hello, Ann'}).waitFor()
}

/** What the script of the page says when its requests have ended. */
async function resultOf(page: Page): Promise<string> {
	const result = page.locator('#result')
	await result.waitFor({state: 'visible', timeout: 30_000})
	return (await result.textContent()) ?? ''
}

/** Presses the tab key until what has that name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
	for (let presses = 0; presses < 30; presses++) {
		await page.keyboard.press('Tab')
		const focused = await page.evaluate(
			'document.activeElement.textContent.trim() || document.activeElement.labels?.[0]?.textContent.trim()',
		)
		if (focused === name) return
	}
	throw new Error(`the tab key does not lead to ${name}`)
}
