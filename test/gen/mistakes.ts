import type {LintRule} from '../../scripts/gen-config/lint-rules.js'

/** What a mistake replaces in `good.yaml`, and by what; `# fault` ends the line that the lint must name. */
export type Mistake = readonly (readonly [good: string, bad: string])[]

/** One mistake of each kind. */
export const MISTAKES: Readonly<Record<LintRule, Mistake>> = {
	yaml: [['foreignNames: []', 'foreignNames: [} # fault']],
	grammar: [['max: 192', 'maximum: 192 # fault']],
	'summary-missing': [
		['SECRET_KEY:', 'SECRET_KEY: # fault'],
		['        summary: The key that signs.\n', ''],
	],
	sentence: [['summary: The kind of store.', 'summary: the kind of store # fault']],
	since: [['since: 0.1.0\n      SESSION_ID_LENGTH', 'since: v1 # fault\n      SESSION_ID_LENGTH']],
	'removal-missing': [
		['deprecation:', 'deprecation: # fault'],
		['          removal: 1.0.0\n', ''],
	],
	'removal-too-early': [['removal: 1.0.0', 'removal: 0.1.0 # fault']],
	'duplicate-name': [['SECRET_KEY:', 'SESSION_TYPE: # fault']],
	'duplicate-alias': [['type: key', 'type: key\n        aliases: [SESSION_ID_BYTES] # fault']],
	'alias-is-name': [['aliases: [SESSION_ID_BYTES]', 'aliases: [SESSION_TYPE] # fault']],
	'unknown-option': [['options: [SESSION_ID_LENGTH]', 'options: [SESSION_LENGTH] # fault']],
	'unknown-session-type': [['type: integer', 'type: integer\n        appliesTo: [redis] # fault']],
	'unknown-replacement': [['replacement: SESSION_TYPE', 'replacement: SESSION_TYP # fault']],
	'unknown-rule': [
		['rules:\n', 'rules:\n  - {id: no-such-check, options: [SESSION_TYPE], expected: something} # fault\n'],
	],
	'unused-rule': [
		['rules:\n  - id: known-rule\n    options: [SESSION_ID_LENGTH]\n    expected: something\n', 'rules: [] # fault\n'],
	],
	'unused-store': [
		['sessionTypes:', 'sessionTypes: # fault'],
		['name: memory', 'name: memery'],
	],
	'capabilities-when': [['- atomicWrites: true', '- when: always # fault\n        atomicWrites: true']],
	'key-of-other-type': [['type: key', 'type: key\n        min: 1 # fault']],
	'key-missing': [
		['type: enum\n        values: [Strict, Lax]\n        default: Lax\n', 'type: enum # fault\n'],
		['        example: Strict\n', ''],
	],
	bounds: [
		['min: 16', 'min: 200 # fault'],
		['        default: 32\n', ''],
	],
	'pattern-text': [['type: key', 'type: string\n        pattern: ^a$ # fault']],
	'environment-form': [['type: integer', 'type: integer\n        environment: octal # fault']],
	'default-type': [['default: 32', 'default: "32" # fault']],
	'default-bounds': [['default: 32', 'default: 15 # fault']],
	'default-enum': [['default: Lax', 'default: None # fault']],
	'secret-value': [['type: key', 'type: string\n        default: changeme # fault']],
	example: [['example: Strict', 'example: strict # fault']],
}
