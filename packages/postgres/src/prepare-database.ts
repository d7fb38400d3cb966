import type { Logger } from '@votestream/runtime'
import type { DatabaseAddress } from './database-address.js'
import { ensureDatabase } from './ensure-database.js'
import { ensureRoles, type RolePasswords } from './ensure-roles.js'
import { migrate } from './migrate.js'
import { databaseIn } from './role-url.js'

export interface PrepareDatabaseOptions {
  /** The database, as the role that owns what is in it. */
  readonly owner: DatabaseAddress
  /** Given: the database and the roles are made first. */
  readonly admin?: { readonly address: DatabaseAddress; readonly passwords: RolePasswords } | undefined
  /** Where each schema's migrations lie. */
  readonly schemas: readonly { readonly schema: string; readonly directory: string }[]
  readonly logger: Logger
}

/**
 * Brings database, roles and schemas to where the services expect them; may run again, or several times at once. Resolves to the migrations
 * that it applied, as `schema/name`.
 */
export const prepareDatabase = async (options: PrepareDatabaseOptions): Promise<string[]> => {
  const { owner, admin, schemas, logger } = options
  if (admin !== undefined) {
    const database = databaseIn(owner.url)
    await ensureDatabase(admin.address, database)
    await ensureRoles(admin.address, database, admin.passwords)
    logger.info({ database, roles: Object.keys(admin.passwords) }, 'the database and its roles are there')
  }
  const applied: string[] = []
  for (const { schema, directory } of schemas) {
    const done = await migrate({ ...owner, schema, directory, logger })
    applied.push(...done.applied.map((name) => `${schema}/${name}`))
  }
  return applied
}
