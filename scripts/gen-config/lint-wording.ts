/** The pass of the lint over words and versions: what people will read. */

import type {LintPass, Path, Report} from './lint-rules.js'
import type {DeprecationSource, SessionTypeSource} from './schema-file.js'

const VERSION = /^\d+\.\d+\.\d+$/

interface Entry {
	readonly summary?: string
	readonly details?: string
	readonly since?: string
	readonly deprecation?: DeprecationSource
}

/** Reports texts that are not sentences, versions that are none, and deprecations that leave a question open. */
export const lintWording: LintPass = (schema, report) => {
	for (const [index, type] of schema.sessionTypes.entries()) {
		lintEntry(type.name, type, ['sessionTypes', index], report)
		lintCapabilities(type, ['sessionTypes', index, 'capabilities'], report)
	}
	for (const [index, group] of schema.groups.entries()) {
		lintSummary(group.name, group.summary, ['groups', index], report)
		for (const [name, option] of Object.entries(group.options))
			lintEntry(name, option, ['groups', index, 'options', name], report)
	}
}

function lintEntry(name: string, entry: Entry, path: Path, report: Report): void {
	lintSummary(name, entry.summary, path, report)
	if (entry.details !== undefined) lintSentence(name, 'details', entry.details, path, report)
	if (entry.since === undefined) report(path, 'since', `${name} does not say since which version it is there`)
	else lintVersion(name, entry.since, [...path, 'since'], report)
	if (entry.deprecation !== undefined) lintDeprecation(name, entry.deprecation, [...path, 'deprecation'], report)
}

function lintCapabilities({name, capabilities = []}: SessionTypeSource, path: Path, report: Report): void {
	for (const [index, {when}] of capabilities.entries()) {
		if ((when === undefined) === (capabilities.length === 1)) continue
		report(
			[...path, index],
			'capabilities-when',
			`${name} needs a when in each of several capabilities, and only there`,
		)
	}
}

function lintDeprecation(name: string, deprecation: DeprecationSource, path: Path, report: Report): void {
	const {since, removal} = deprecation
	lintVersion(name, since, [...path, 'since'], report)
	if (removal === undefined) {
		report(path, 'removal-missing', `${name} is deprecated and does not say in which version it will be removed`)
		return
	}
	lintVersion(name, removal, [...path, 'removal'], report)
	if (removal.localeCompare(since, 'en', {numeric: true}) <= 0)
		report([...path, 'removal'], 'removal-too-early', `${name} is deprecated since ${since} and removed in ${removal}`)
}

function lintSummary(name: string, summary: string | undefined, path: Path, report: Report): void {
	if (summary === undefined) report(path, 'summary-missing', `${name} has no summary`)
	else lintSentence(name, 'summary', summary, path, report)
}

function lintSentence(name: string, key: string, text: string, path: Path, report: Report): void {
	if (!/^[\p{Lu}`][\s\S]*[.!?]$/u.test(text))
		report([...path, key], 'sentence', `the ${key} of ${name} is not a sentence with a capital and a full stop`)
}

function lintVersion(name: string, version: string, path: Path, report: Report): void {
	if (!VERSION.test(version)) report(path, 'since', `${version}, of ${name}, is not a version such as 0.1.0`)
}
