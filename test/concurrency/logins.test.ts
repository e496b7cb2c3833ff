/** A login on one process, and what a browser still has under way on another: the login stays. */

import {fork} from 'node:child_process'
import {once} from 'node:events'
import {setTimeout as sleep} from 'node:timers/promises'
import test, {type ExecutionContext} from 'ava'
import type {StoreHarness} from '../support/harness.js'
import {send} from '../support/http.js'
import {testWith} from '../support/servers/server.js'
import {harnesses} from '../support/store-harnesses.js'

/** What a browser sends and keeps: the cookie that came last counts. */
function browser() {
	let cookie: string | undefined
	/** @param arrival the request is sent with the cookie of now, and arrives then */
	return async (port: number, path: string, arrival?: Promise<void>) => {
		const sent = cookie
		await arrival
		const answer = await send(port, path, {cookie: sent})
		const [pair = ''] = answer.setCookie[0]?.split(';') ?? []
		if (answer.setCookie.length > 0) cookie = pair === 'session=' ? undefined : pair
		return answer.body
	}
}

async function startTwo(t: ExecutionContext, start: StoreHarness['start']): Promise<readonly [number, number]> {
	const {descriptor, keyPrefix} = await start(t)
	const ports = await Promise.all(
		[1, 2].map(async () => {
			const args = [descriptor, keyPrefix].map(arg => JSON.stringify(arg))
			const child = fork(new URL('login-server.ts', import.meta.url), args, {execArgv: ['--import=tsx']})
			t.teardown(() => child.kill())
			const [port] = (await once(child, 'message')) as [number]
			return port
		}),
	)
	return ports as unknown as readonly [number, number]
}

for (const {name, server, start} of harnesses.filter(
	({name}) => name === 'file cache' || name === 'redis by ioredis',
)) {
	const run = testWith(test.serial as typeof test, server, {group: 'logins over two processes'})

	run(`${name}: of 200 logins that a reading page on another process overlaps, none is lost`, async t => {
		t.timeout(120_000)
		const [one, other] = await startTwo(t, start)
		let kept = 0
		for (let number = 0; number < 200; number++) {
			const visit = browser()
			await visit(one, '/visit')
			// ends 20 to 95 ms after it has begun, and after the login in between
			const page = visit(other, `/page?ms=${20 + (number % 76)}`)
			await sleep(8)
			await visit(one, `/login?user=ada${number}`)
			await page
			if ((await visit(other, '/page')) === `ada${number}`) kept += 1
		}
		t.is(kept, 200)
	})

	run(
		`${name}: of 100 logins that a write with the old cookie follows late, on another process, none is lost`,
		async t => {
			t.timeout(120_000)
			const [one, other] = await startTwo(t, start)
			let kept = 0
			for (let number = 0; number < 100; number++) {
				const visit = browser()
				await visit(one, '/visit')
				// carries the cookie of before, and arrives when the login is done
				let arrive = () => {}
				const arrival = new Promise<void>(resolve => {
					arrive = resolve
				})
				const late = visit(other, `/write?user=ada${number}&ms=${number % 20}`, arrival)
				await visit(one, `/login?user=ada${number}`)
				arrive()
				await late
				if ((await visit(other, '/page')) === `ada${number}`) kept += 1
			}
			t.is(kept, 100)
		},
	)
}
