import { failedPrecondition } from '@votestream/errors'
import pg from 'pg'
import { sqlState } from './errors.js'
import { changedFile, readMigrationFiles, type AppliedMigration } from './migration-files.js'
import type { Queryable } from './postgres.js'

const REMEDY = 'run the migrations as the owner role (npm start does; on Kubernetes the migration Job)'
// Undefined table, undefined schema, insufficient privilege: nobody has migrated this database for this role.
const NOT_MIGRATED = new Set(['42P01', '3F000', '42501'])

/**
 * Asserts that the schema has every migration of `directory`; more than those is fine, so that the previous release runs on.
 * Throws failed_precondition SCHEMA_OUTDATED or SCHEMA_CHANGED with what to do, or what the database threw.
 */
export const assertSchema = async (postgres: Queryable, schema: string, directory: string): Promise<void> => {
  const files = await readMigrationFiles(directory)
  const applied = await readHistory(postgres, schema)
  const missing = files.filter(({ version }) => !applied.some((each) => each.version === version))
  if (missing.length > 0)
    throw failedPrecondition(
      'SCHEMA_OUTDATED',
      `schema ${schema} lacks ${missing.map(({ name }) => name).join(', ')}: ${REMEDY}`,
    )
  const changed = changedFile(files, applied)
  if (changed !== undefined)
    throw failedPrecondition(
      'SCHEMA_CHANGED',
      `schema ${schema} was migrated with another ${changed.name}: use the build that belongs to this database, or another database`,
    )
}

const readHistory = async (postgres: Queryable, schema: string): Promise<readonly AppliedMigration[]> => {
  try {
    const { rows } = await postgres.query<AppliedMigration>({
      text: `SELECT version, name, sha256 FROM ${pg.escapeIdentifier(schema)}.migrations`,
    })
    return rows
  } catch (error) {
    if (!NOT_MIGRATED.has(sqlState(error) ?? '')) throw error
    return []
  }
}
