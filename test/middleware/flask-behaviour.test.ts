/** The recorded behaviour of Flask-Session, request by request, over a real redis. */
import {readFileSync} from 'node:fs'
import test from 'ava'
import Koa from 'koa'
import {SessionError, serverSession} from '../../src/index.js'
import {redisServer} from '../support/servers/redis.js'
import {testWith} from '../support/servers/server.js'
import {type WatchedRedis, watchedRedis} from '../support/watched-redis.js'
import {differences, REFUSAL, refusals, UNRECORDED} from './flask/differences.js'
import {begin, configOf, step, withDates} from './flask/runner.js'
import {recordedSteps, scenarios} from './flask/scenarios.js'

// one after the other: they share a redis, which is emptied and watched
const redisTest = testWith(test.serial as typeof test, redisServer, {
	group: 'the behaviour of Flask-Session',
	own: true,
})

let redis: Promise<WatchedRedis> | undefined

test.after.always(async () => (await redis)?.stop())

for (const scenario of scenarios) {
	const name = scenario.scenario
	const applied = differences.filter(difference => difference.scenarios.includes(name))
	const option = refusals[name]
	if (option !== undefined) {
		test(`${name}: refused at start`, t => {
			const error = t.throws(() => serverSession(new Koa(), {SESSION_TYPE: 'memory', ...configOf(scenario)}), {
				instanceOf: SessionError,
				code: 'ERR_SESSION_CONFIG',
			})
			t.deepEqual(
				error?.problems.map(({key}) => key),
				[option],
			)
		})
		continue
	}
	redisTest(applied.length === 0 ? name : `${name} (differs on purpose)`, async t => {
		redis ??= watchedRedis()
		const play = await begin(t, scenario, await redis)
		for (const [index, recorded] of recordedSteps(scenario).entries()) {
			const expected = applied.reduce((left, {ours}) => ours(left, scenario, index), recorded)
			const observed = await step(play, index)
			t.deepEqual(
				{...observed, body: expected.body === undefined ? undefined : observed.body},
				{...expected, setCookie: expected.setCookie.map(text => withDates(play, text))},
				`request ${index + 1}: ${scenario.steps[index]?.request}`,
			)
		}
	})
}

for (const {title, scenarios: names, ours} of differences) {
	test(`each recording under "${title}" shows another behaviour than ours`, t => {
		for (const name of names) {
			const scenario = scenarios.find(({scenario}) => scenario === name)
			if (scenario === undefined) return t.fail(`there is no scenario ${name}`)
			const recorded = recordedSteps(scenario)
			t.notDeepEqual(
				recorded.map((observed, index) => ours(observed, scenario, index)),
				recorded,
				name,
			)
		}
	})
}

test('docs/flask-differences.md lists the same differences', t => {
	const page = readFileSync(new URL('../../docs/flask-differences.md', import.meta.url), 'utf8')
	const listed = [...page.matchAll(/^- \*\*(.+?)\.\*\*/gm)].map(match => match[1])
	t.deepEqual(listed.sort(), [...differences.map(({title}) => title), REFUSAL, ...UNRECORDED].sort())
})
