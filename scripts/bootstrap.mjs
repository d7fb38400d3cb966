// Installs, builds and hands over. Only Node's own modules: it runs before `npm ci`.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, isBuilt } from './build.mjs'
import { install, isInstalled, restoreLinks } from './install.mjs'
import { withLock } from './lock.mjs'
import { root } from './paths.mjs'

/** What is no verb of the launcher. */
const PROGRAMS = { sim: '../sim/dist/main.js', mutants: './mutants.mjs', nightly: './nightly.mjs' }

/** Brings the clone up to date, then runs the built launcher in this very process: one process fewer to signal. */
export async function bootstrap([verb, ...rest]) {
  if (verb === 'start' && rest.some((argument) => argument === '--help' || argument === '-h')) {
    process.stdout.write(readFileSync(join(root, 'local', 'help.txt'), 'utf8'))
    return
  }
  if (!isInstalled() || !isBuilt()) await withLock(prepare)
  const program = PROGRAMS[verb]
  // A program of its own reads its own arguments.
  if (program !== undefined) process.argv.splice(2, 1)
  await import(program ?? '../local/dist/main.js')
}

/** Looks again under the lock: another start may have done the work meanwhile. */
async function prepare() {
  if (!isInstalled()) await install()
  restoreLinks()
  if (!isBuilt()) await build()
}
