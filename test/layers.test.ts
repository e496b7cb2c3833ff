import {readdirSync, readFileSync} from 'node:fs'
import {dirname, join, normalize} from 'node:path'
import test from 'ava'

/** What each part of src/ may import, beside itself. A part is a folder, or a file at the top. */
const ALLOWED: Record<string, readonly string[]> = {
	'errors.ts': [],
	'warn.ts': [],
	generated: ['config/clients.ts', 'config/json-schema.ts', 'config/table.ts', 'stores', 'serializers/contract.ts'],
	serializers: ['errors.ts'],
	stores: ['errors.ts', 'warn.ts', 'generated'],
	config: ['errors.ts', 'generated', 'stores/contract.ts', 'serializers/contract.ts'],
	session: ['errors.ts', 'generated', 'config', 'serializers', 'stores/contract.ts'],
	middleware: [
		'errors.ts',
		'warn.ts',
		'generated',
		'config',
		'serializers',
		'session',
		'stores/contract.ts',
		'stores/index.ts',
	],
	testing: ['errors.ts', 'stores/contract.ts', 'middleware/index.ts'],
	'index.ts': ['errors.ts', 'generated', 'config', 'serializers', 'stores/contract.ts', 'session', 'middleware'],
}

interface Import {
	readonly from: string
	readonly to: string
	/** By `import()`: when it is run both modules are there, so it closes no circle. */
	readonly lazy: boolean
}

function imports(root = 'src'): Import[] {
	return sources(root).flatMap(from => {
		const text = readFileSync(join(root, from), 'utf8')
		return [...text.matchAll(/(from|import\()\s*'(\.[^']+)'/g)].map(([, how, target = '']) => ({
			from,
			to: normalize(join(dirname(from), target)).replace(/\.js$/, '.ts'),
			lazy: how !== 'from',
		}))
	})
}

function sources(root = 'src'): string[] {
	return readdirSync(root, {recursive: true, encoding: 'utf8'}).filter(file => file.endsWith('.ts'))
}

function partOf(file: string): string {
	return file.split('/')[0] as string
}

test('every part of src/ has a line in the table', t => {
	t.deepEqual([...new Set(sources().map(partOf))].sort(), Object.keys(ALLOWED).sort())
})

test('nothing imports against the direction of the layers', t => {
	const all = imports()
	t.true(all.length > 50, 'the imports are found at all')
	const wrong = all.filter(({from, to}) => {
		const allowed = ALLOWED[partOf(from)] ?? []
		return partOf(from) !== partOf(to) && !allowed.some(part => to === part || to.startsWith(`${part}/`))
	})
	t.deepEqual(wrong, [])
})

test('src/session knows nothing of Koa', t => {
	const files = sources().filter(file => partOf(file) === 'session')
	t.true(files.length > 10)
	t.deepEqual(
		files.filter(file => /from '(koa|@koa\/)/.test(readFileSync(join('src', file), 'utf8'))),
		[],
	)
})

test('a store module is reached through the registry only, which imports it when it is chosen', t => {
	const stores = /^stores\/[^/]+\.ts$/
	const shared = ['stores/contract.ts', 'stores/factory.ts', 'stores/index.ts', 'stores/file-cache.ts']
	const others = imports().filter(({to}) => stores.test(to) && !shared.includes(to))
	t.deepEqual([...new Set(others.map(({from}) => from))], ['generated/stores.ts'])
	t.true(others.every(({lazy}) => lazy))
})

test('no import runs in a circle', t => {
	const next = new Map<string, string[]>()
	for (const {from, to, lazy} of [...imports(), ...imports('scripts')])
		if (!lazy) next.set(from, [...(next.get(from) ?? []), to])
	const done = new Set<string>()
	const visit = (file: string, path: readonly string[]): readonly string[] | undefined => {
		if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
		if (done.has(file)) return undefined
		for (const target of next.get(file) ?? []) {
			const circle = visit(target, [...path, file])
			if (circle) return circle
		}
		done.add(file)
		return undefined
	}
	t.deepEqual(
		[...sources(), ...sources('scripts')].map(file => visit(file, [])).filter(circle => circle !== undefined),
		[],
	)
})
