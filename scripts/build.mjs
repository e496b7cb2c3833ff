/** `npm run build`: compiles src/ to dist/ and puts the JSON Schema of the configuration beside it. */
import {execFileSync} from 'node:child_process'
import {copyFileSync, rmSync} from 'node:fs'

rmSync('dist', {recursive: true, force: true})
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {stdio: 'inherit'})
copyFileSync('src/generated/config.schema.json', 'dist/config.schema.json')
