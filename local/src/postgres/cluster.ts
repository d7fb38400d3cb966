import { spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ExpectedFailure } from '../expected-failure.js'
import { syncFolder } from '../state/files.js'
import type { Account } from './account.js'
import type { PostgresBinaries } from './binaries.js'
import type { RunAs } from './run-as.js'

export interface ClusterOptions {
  /** Holds the data folder, and nothing else. */
  readonly folder: string
  readonly account: Account | undefined
  readonly binaries: PostgresBinaries
  readonly runAs: RunAs
  readonly password: string
  readonly signal: AbortSignal
}

/** The superuser of a server of ours. */
export const SUPERUSER = 'postgres'

const DRAFT = 'draft-'

/** Where the server's data lies below `folder`. */
export const dataFolderOf = (folder: string): string => join(folder, 'data')

/** Makes the folder around the data, for the user as whom the server runs alone. */
export function makeServerFolder(folder: string, account: Account | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (account !== undefined) chownSync(folder, account.uid, account.gid)
}

/**
 * Makes sure that there is a database cluster. It is made under another name and renamed when it is whole: an initdb
 * that was killed half-way leaves a draft, which the next start removes.
 */
export async function ensureCluster(options: ClusterOptions): Promise<'found' | 'made'> {
  const { folder, account } = options
  if (existsSync(join(dataFolderOf(folder), 'PG_VERSION'))) return 'found'
  for (const name of readdirSync(folder)) {
    if (name.startsWith(DRAFT)) rmSync(join(folder, name), { recursive: true, force: true })
  }
  const draft = join(folder, `${DRAFT}${process.pid}`)
  const passwordFile = `${draft}.password`
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 })
  if (account !== undefined) chownSync(passwordFile, account.uid, account.gid)
  try {
    await runInitdb(options, draft, passwordFile)
  } finally {
    rmSync(passwordFile, { force: true })
  }
  renameSync(draft, dataFolderOf(folder))
  syncFolder(folder)
  return 'made'
}

async function runInitdb(options: ClusterOptions, draft: string, passwordFile: string): Promise<void> {
  options.signal.throwIfAborted()
  const { prefix, ...user } = options.runAs
  // A locale of the C library changes its order with the library; C sorts by bytes, on every machine alike.
  const settings = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', `--username=${SUPERUSER}`]
  const [command = '', ...args] = [
    ...[...prefix, options.binaries.initdb, `--pgdata=${draft}`, `--pwfile=${passwordFile}`],
    ...[...settings, '--no-instructions'],
  ]
  const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }
  // cwd: ours may be a folder that the server's user may not enter.
  const child = spawn(command, args, { ...user, env, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] })
  const kill = () => child.kill('SIGKILL')
  options.signal.addEventListener('abort', kill)
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  options.signal.removeEventListener('abort', kill)
  options.signal.throwIfAborted()
  if (code !== 0) throw new ExpectedFailure(`initdb failed with ${code ?? 'a signal'}:\n${complaints.trim()}`)
}
