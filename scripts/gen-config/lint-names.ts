/** The pass of the lint over names: each means one thing, and what is referred to is there. */

import type {LintPass, Path, Report} from './lint-rules.js'
import type {SchemaFile} from './schema-file.js'

/** Reports names that are used twice or not known. */
export const lintNames: LintPass = (schema, report, {ruleIds, storeModules}) => {
	lintOptionNames(schema, report)
	lintTypeNames(schema, report)
	lintStores(schema, report, storeModules)
	lintReferences(schema, report)
	lintOtherLibraries(schema, report)
	lintRules(schema, report, ruleIds)
}

function lintOptionNames({groups}: SchemaFile, report: Report): void {
	const entries = groups.flatMap(({options}, group) =>
		Object.entries(options).map(([name, {aliases = []}]) => ({
			name,
			path: ['groups', group, 'options', name] as Path,
			aliases,
		})),
	)
	lintUnique(entries, report)
}

function lintTypeNames({sessionTypes}: SchemaFile, report: Report): void {
	lintUnique(
		sessionTypes.map(({name, aliases = []}, index) => ({name, path: ['sessionTypes', index], aliases})),
		report,
	)
}

function lintStores({sessionTypes}: SchemaFile, report: Report, storeModules: ReadonlySet<string>): void {
	const named = new Set(sessionTypes.map(type => type.name))
	for (const name of storeModules) {
		if (!named.has(name))
			report(['sessionTypes'], 'unused-store', `src/stores/${name}.ts is the store of no session type`)
	}
}

function lintOtherLibraries({groups, otherLibraries}: SchemaFile, report: Report): void {
	const entries = groups.flatMap(group => Object.entries(group.options))
	const ours = new Set(entries.flatMap(([name, {aliases = []}]) => [name, ...aliases]))
	for (const [index, {names, options = []}] of otherLibraries.entries()) {
		const path = ['otherLibraries', index]
		for (const [place, name] of names.entries())
			if (ours.has(name)) report([...path, 'names', place], 'alias-is-name', `${name} is an option of ours`)
		for (const [place, name] of options.entries())
			if (!ours.has(name)) report([...path, 'options', place], 'unknown-option', `${name} is not an option`)
	}
}

function lintUnique(entries: readonly {name: string; path: Path; aliases: readonly string[]}[], report: Report): void {
	const canonical = new Set<string>()
	for (const {name, path} of entries) {
		if (canonical.has(name)) report(path, 'duplicate-name', `${name} is there twice`)
		canonical.add(name)
	}
	const aliases = new Set<string>()
	for (const {name, path, aliases: own} of entries) {
		for (const [index, alias] of own.entries()) {
			const place = [...path, 'aliases', index]
			if (canonical.has(alias)) report(place, 'alias-is-name', `${alias}, an alias of ${name}, is a name already`)
			else if (aliases.has(alias)) report(place, 'duplicate-alias', `${alias} is an alias already`)
			aliases.add(alias)
		}
	}
}

function lintReferences({sessionTypes, groups}: SchemaFile, report: Report): void {
	const typeNames = new Set(sessionTypes.map(type => type.name))
	const optionNames = new Set(groups.flatMap(group => Object.keys(group.options)))

	const lintAppliesTo = (types: readonly string[] = [], path: Path) => {
		for (const [index, type] of types.entries()) {
			if (!typeNames.has(type))
				report([...path, 'appliesTo', index], 'unknown-session-type', `${type} is not a session type`)
		}
	}
	const lintReplacement = (replacement: string | undefined, known: ReadonlySet<string>, path: Path) => {
		if (replacement === undefined || known.has(replacement)) return
		report([...path, 'deprecation', 'replacement'], 'unknown-replacement', `${replacement} is not known`)
	}

	for (const [index, {client, deprecation}] of sessionTypes.entries()) {
		const path = ['sessionTypes', index]
		if (client !== undefined && !optionNames.has(client))
			report([...path, 'client'], 'unknown-option', `${client} is not an option`)
		lintReplacement(deprecation?.replacement, typeNames, path)
	}
	for (const [index, group] of groups.entries()) {
		lintAppliesTo(group.appliesTo, ['groups', index])
		for (const [name, option] of Object.entries(group.options)) {
			const path = ['groups', index, 'options', name]
			lintAppliesTo(option.appliesTo, path)
			lintReplacement(option.deprecation?.replacement, optionNames, path)
		}
	}
}

function lintRules({rules, groups}: SchemaFile, report: Report, ruleIds: ReadonlySet<string>): void {
	const optionNames = new Set(groups.flatMap(group => Object.keys(group.options)))
	for (const [index, {id, options}] of rules.entries()) {
		if (!ruleIds.has(id)) report(['rules', index, 'id'], 'unknown-rule', `${id} has no check in src/config/rules.ts`)
		for (const [place, name] of options.entries()) {
			if (!optionNames.has(name))
				report(['rules', index, 'options', place], 'unknown-option', `${name} is not an option`)
		}
	}
	const used = new Set(rules.map(rule => rule.id))
	for (const id of ruleIds) {
		if (!used.has(id)) report(['rules'], 'unused-rule', `${id} has a check in src/config/rules.ts and no entry here`)
	}
}
