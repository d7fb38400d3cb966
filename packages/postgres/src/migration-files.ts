import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'

export interface MigrationFile {
  readonly version: number
  readonly name: string
  readonly sql: string
  readonly sha256: string
}

const FILE_NAME = /^(\d{4})_[a-z0-9_-]+\.sql$/

/** The directory's numbered SQL files in order; they must count 0001, 0002, ... without a gap. */
export const readMigrationFiles = async (directory: string): Promise<readonly MigrationFile[]> => {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async (name, index) => {
      const version = Number(FILE_NAME.exec(name)?.[1] ?? Number.NaN)
      if (version !== index + 1)
        throw new Error(
          `${join(directory, name)}: expected ${String(index + 1).padStart(4, '0')}_<name>.sql here`,
        )
      const sql = await readFile(join(directory, name), 'utf8')
      return { version, name, sql, sha256: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

export interface AppliedMigration {
  readonly version: number
  readonly name: string
  readonly sha256: string
}

/** Applied files are history: what one of them says may not change, only a new file may be added. */
export const changedFile = (
  files: readonly MigrationFile[],
  applied: readonly AppliedMigration[],
): MigrationFile | undefined =>
  files.find((file) =>
    applied.some(({ version, sha256 }) => version === file.version && sha256 !== file.sha256),
  )
