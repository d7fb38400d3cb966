import { ensureLogins } from './ensure-logins.js'
import { DATABASE_ROLES, roleName, type DatabaseRole } from './role-url.js'

/**
 * Creates or updates the login role of every service, with its password, and what they may do in `database`: the owner creates
 * schemas, the others only connect, and PUBLIC neither creates in `public` nor makes temporary tables.
 */
export const ensureRoles = (
  adminUrl: string,
  database: string,
  passwords: Readonly<Record<DatabaseRole, string>>,
): Promise<void> =>
  ensureLogins(
    adminUrl,
    database,
    DATABASE_ROLES.map((role) => ({
      name: roleName(role),
      password: passwords[role],
      mayCreate: role === 'owner',
    })),
  )
