import type { DatabaseAddress } from './database-address.js'
import { ensureLogins } from './ensure-logins.js'
import { DATABASE_ROLES, roleName, type DatabaseRole } from './role-url.js'

/** Which roles there shall be. The bus has one of its own only where it is PostgreSQL. */
export type RolePasswords = Readonly<Record<Exclude<DatabaseRole, 'bus'>, string>> & {
  readonly bus?: string
}

/**
 * Creates or updates the login role of every service, with its password, and what they may do in `database`: the owner creates
 * schemas, the others only connect, and PUBLIC neither creates in `public` nor makes temporary tables.
 */
export const ensureRoles = (
  admin: DatabaseAddress,
  database: string,
  passwords: RolePasswords,
): Promise<void> =>
  ensureLogins(
    admin,
    database,
    DATABASE_ROLES.flatMap((role) => {
      const password = passwords[role]
      return password === undefined ? [] : [{ name: roleName(role), password, mayCreate: role === 'owner' }]
    }),
  )
