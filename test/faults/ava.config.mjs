/** The tests that take minutes, apart from those of `npm test`. */
export default {
	extensions: {ts: 'module'},
	files: ['test/faults/*.ts'],
	nodeArguments: ['--import=tsx'],
	timeout: '5m',
	workerThreads: false,
}
