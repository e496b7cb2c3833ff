import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {fileURLToPath} from 'node:url'

/**
 * Starts a file of this folder in a process of its own, with an IPC channel.
 *
 * @param {string} file
 * @param {{env?: Record<string, string>, nodeOptions?: string[], pinned: (program: string, args: string[]) => [string, string[]]}} options
 */
export function startChild(file, {env = {}, nodeOptions = [], pinned}) {
	const path = fileURLToPath(new URL(file, import.meta.url))
	const child = spawn(...pinned(process.execPath, [...nodeOptions, path]), {
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
		env: {...process.env, NODE_ENV: 'production', ...env},
	})
	const failed = once(child, 'exit').then(([code]) => {
		throw new Error(`${file} ended with ${code}`)
	})
	failed.catch(() => undefined)

	const answer = () => Promise.race([once(child, 'message').then(([message]) => message), failed])
	return {
		answer,
		/** Sends `message`, and resolves with what comes back. */
		ask(message) {
			const coming = answer()
			child.send(message)
			return coming
		},
		async stop() {
			const ended = once(child, 'exit')
			child.kill()
			await ended
		},
	}
}
