import {
  databaseFaults,
  databaseOf,
  databaseSettings,
  type DatabaseAddress,
  type RolePasswords,
} from '@votestream/postgres'
import {
  commonSettings,
  consistent,
  milliseconds,
  readEnv,
  password,
  secretUrl,
  urlWithPassword,
} from '@votestream/runtime'
import { z } from 'zod'

const base = z.object({
  LOG_LEVEL: commonSettings.LOG_LEVEL,
  ...databaseSettings('votestream_owner'),
  // A database that is installed together with this program pulls its image first.
  DATABASE_WAIT_MS: milliseconds(60_000).describe('How long PostgreSQL may take to come up'),
  ADMIN_DATABASE_URL: secretUrl()
    .optional()
    .describe(
      'PostgreSQL, as a role that may create databases and roles: given, the database of DATABASE_URL and the roles are made first',
    ),
  ADMIN_DATABASE_PASSWORD: password()
    .optional()
    .describe("That role's password; takes the place of one in ADMIN_DATABASE_URL"),
  POLLS_PASSWORD: password()
    .optional()
    .describe('The password that votestream_polls gets; required with ADMIN_DATABASE_URL'),
  VOTES_PASSWORD: password()
    .optional()
    .describe('The password that votestream_votes gets; required with ADMIN_DATABASE_URL'),
})

type Read = z.output<typeof base>

const OWNER = 'votestream_owner'

const adminFaults = (read: Read): readonly string[] => {
  if (read.ADMIN_DATABASE_URL === undefined)
    return read.ADMIN_DATABASE_PASSWORD === undefined
      ? []
      : ['ADMIN_DATABASE_PASSWORD: is of no use without ADMIN_DATABASE_URL']
  const [admin, owner] = [new URL(read.ADMIN_DATABASE_URL), new URL(databaseOf(read).url)]
  return [
    ...(admin.username === '' ? ['ADMIN_DATABASE_URL: must name a user'] : []),
    ...(owner.username === OWNER
      ? []
      : [`DATABASE_URL: must name the user ${OWNER}, the role that is made with ADMIN_DATABASE_URL`]),
    ...(owner.password === '' ? ['DATABASE_PASSWORD: is required with ADMIN_DATABASE_URL'] : []),
    ...(owner.pathname.length > 1 ? [] : ['DATABASE_URL: must name the database']),
    ...(read.POLLS_PASSWORD === undefined ? ['POLLS_PASSWORD: is required with ADMIN_DATABASE_URL'] : []),
    ...(read.VOTES_PASSWORD === undefined ? ['VOTES_PASSWORD: is required with ADMIN_DATABASE_URL'] : []),
  ]
}

/** The settings of migrations; a key is the name of its environment variable. */
export const settings = consistent(base, (read) => [...databaseFaults(read), ...adminFaults(read)])

export interface Config {
  readonly owner: DatabaseAddress
  /** Missing where the database and its roles are somebody else's to make. */
  readonly admin: { readonly address: DatabaseAddress; readonly passwords: RolePasswords } | undefined
  readonly waitMs: number
}

/** Reads the configuration of migrations; throws one ConfigError that lists every bad variable. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => {
  const read = readEnv(settings, env)
  return Object.freeze({ owner: databaseOf(read), admin: adminOf(read), waitMs: read.DATABASE_WAIT_MS })
}

const adminOf = (read: Read): Config['admin'] => {
  const { ADMIN_DATABASE_URL: url, POLLS_PASSWORD: polls = '', VOTES_PASSWORD: votes = '' } = read
  if (url === undefined) return undefined
  const owner = decodeURIComponent(new URL(databaseOf(read).url).password)
  return {
    // The same server, and so the same authorities.
    address: { url: urlWithPassword(url, read.ADMIN_DATABASE_PASSWORD), ca: read.DATABASE_CA_FILE },
    passwords: { owner, polls, votes },
  }
}
