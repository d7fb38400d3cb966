import { spawnSync } from 'node:child_process'
import { EXIT_CONFIG, ExpectedFailure } from '../expected-failure.js'
import type { Account } from './account.js'
import type { PostgresBinaries } from './binaries.js'

/** How to start one of PostgreSQL's programs: put `prefix` before its command line. */
export interface RunAs {
  readonly prefix: readonly string[]
  readonly uid?: number
  readonly gid?: number
}

interface Reach {
  readonly binaries: PostgresBinaries
  /** Must be writable for the server's user. */
  readonly folder: string
}

/** The server stops, fast, when the guard that started it dies: not even `kill -9` of everything else leaves it behind. */
const DIES_WITH_US = ['--pdeathsig', 'INT']

/**
 * A folder that only root may enter, and files that only root may read, are no obstacle for a server that may pass by
 * permissions. That is a strong right, so it is given only where the server could not run without. PostgreSQL asks
 * access(2) whether it can run its own programs, which ignores such rights unless the securebit says otherwise.
 */
const PASSES_BY_PERMISSIONS = [
  '--inh-caps=+dac_override',
  '--ambient-caps=+dac_override',
  '--securebits=+no_setuid_fixup',
]

/** Finds how to run PostgreSQL's programs as `account`, so that they reach their own files and the data. */
export function runAs(account: Account | undefined, reach: Reach): RunAs {
  if (account === undefined) {
    const tied = { prefix: ['setpriv', ...DIES_WITH_US] }
    return succeeds(tied, ['true']) ? tied : { prefix: [] }
  }
  const become = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups', ...DIES_WITH_US]
  const ways: RunAs[] = [
    { prefix: ['setpriv', ...become] },
    { prefix: ['setpriv', ...become, ...PASSES_BY_PERMISSIONS] },
    { prefix: [], uid: account.uid, gid: account.gid },
  ]
  const way = ways.find((candidate) => reaches(candidate, reach))
  if (way !== undefined) return way
  throw new ExpectedFailure(
    [
      `PostgreSQL does not run as root, and as user ${account.name} it cannot reach ${reach.binaries.postgres} and ${reach.folder}.`,
      'Do one of these: run as another user than root; install setpriv (Debian: apt-get install util-linux) and keep the',
      'capability CAP_DAC_OVERRIDE; or move this folder to where other users may enter and read.',
    ].join('\n'),
    EXIT_CONFIG,
  )
}

// $0 is the server: it needs its libraries to print its version, and initdb needs the shared files.
const PROBE = 'test -r "$1" && test -w "$2" && test -x "$2" && exec "$0" --version'

const reaches = (way: RunAs, { binaries, folder }: Reach): boolean =>
  succeeds(way, ['sh', '-c', PROBE, binaries.postgres, binaries.sharedFile, folder])

function succeeds({ prefix, ...user }: RunAs, program: readonly string[]): boolean {
  const [command = '', ...args] = [...prefix, ...program]
  return spawnSync(command, args, { stdio: 'ignore', cwd: '/', ...user }).status === 0
}
