import { certificateFile, password, secretUrl, urlWithPassword } from '@votestream/runtime'
import type { DatabaseAddress } from './database-address.js'

/** The settings of a program that speaks to PostgreSQL, to be spread into its schema; `role` is who it is there. */
export const databaseSettings = (role: string) => ({
  DATABASE_URL: secretUrl().describe(`PostgreSQL, as role ${role}`),
  DATABASE_PASSWORD: password()
    .optional()
    .describe("The role's password; takes the place of one in DATABASE_URL"),
  DATABASE_CA_FILE: certificateFile()
    .optional()
    .describe(
      'Authorities of PostgreSQL: with them, it is spoken to over TLS only, and its name is verified; read at the start',
    ),
})

interface DatabaseSettings {
  readonly DATABASE_URL: string
  readonly DATABASE_PASSWORD?: string | undefined
  readonly DATABASE_CA_FILE?: string | undefined
}

// What pg takes from a URL; DATABASE_CA_FILE would lose against it.
const TLS_IN_URL = /^(ssl|sslmode|sslrootcert|sslcert|sslkey)$/

/** What contradicts itself in these settings. */
export const databaseFaults = (read: DatabaseSettings): readonly string[] => {
  const url = new URL(read.DATABASE_URL)
  return [
    ...(read.DATABASE_PASSWORD !== undefined && url.username === ''
      ? ['DATABASE_PASSWORD: DATABASE_URL must name the user whose password it is']
      : []),
    ...(read.DATABASE_CA_FILE !== undefined &&
    [...url.searchParams.keys()].some((key) => TLS_IN_URL.test(key))
      ? ['DATABASE_CA_FILE: DATABASE_URL must not have ssl settings of its own as well']
      : []),
  ]
}

/** The database that these settings name. */
export const databaseOf = (read: DatabaseSettings): DatabaseAddress => ({
  url: urlWithPassword(read.DATABASE_URL, read.DATABASE_PASSWORD),
  ca: read.DATABASE_CA_FILE,
})
