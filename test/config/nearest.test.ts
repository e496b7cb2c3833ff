import test from 'ava'
import {editDistance, nearest} from '../../src/config/nearest.js'

test('the distance between names counts insertions, deletions and replacements', t => {
	t.is(editDistance('', ''), 0)
	t.is(editDistance('abc', 'abc'), 0)
	t.is(editDistance('abc', 'abd'), 1)
	t.is(editDistance('abc', 'ab'), 1)
	t.is(editDistance('kitten', 'sitting'), 3)
})

test('the nearest name has the fewest typos, and not more than are allowed', t => {
	t.is(nearest('redsi', ['mongodb', 'redis', 'null'], 2), 'redis')
	t.is(nearest('Redis', ['mongodb', 'redis'], 0), 'redis')
	t.is(nearest('redis', ['mongodb', 'null'], 2), undefined)
})
