/**
 * The lint of the schema: everything that would make a generated file wrong, reported with its line, all at once.
 * `config-schema/README.md` lists the rules, and `test/gen/mistakes.ts` has one mistake of each kind.
 */

import {lintGrammar} from './lint-grammar.js'
import {lintNames} from './lint-names.js'
import type {Fault, HandWritten, LintPass, Report} from './lint-rules.js'
import {lintValues} from './lint-values.js'
import {lintWording} from './lint-wording.js'
import type {LoadedFile} from './load.js'
import type {SchemaFile} from './schema-file.js'

const PASSES: readonly LintPass[] = [lintNames, lintValues, lintWording]

/**
 * All faults of a loaded schema, in the order of their lines. The passes after the grammar look only at what it
 * accepts, so they are left out while it finds faults.
 */
export function lint(loaded: LoadedFile, handWritten: HandWritten): readonly Fault[] {
	const faults: Fault[] = []
	const report: Report = (path, rule, message) => {
		faults.push({file: loaded.file, line: loaded.lineOf(path), rule, message})
	}
	lintGrammar(loaded.value, report)
	if (faults.length === 0) for (const pass of PASSES) pass(loaded.value as SchemaFile, report, handWritten)
	return faults.sort((one, other) => one.line - other.line)
}
