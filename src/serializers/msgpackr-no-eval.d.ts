/** This entry of msgpackr has no types of its own: it is the whole library in one file. */
declare module 'msgpackr/index-no-eval' {
	export * from 'msgpackr'
}
