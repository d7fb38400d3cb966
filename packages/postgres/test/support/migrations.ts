import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface MigrationsDirectory extends AsyncDisposable {
  readonly path: string
  write(name: string, sql: string): Promise<void>
}

/** A directory with these migration files; it is removed when disposed. */
export const migrationsDirectory = async (
  files: Record<string, string> = {},
): Promise<MigrationsDirectory> => {
  const root = await mkdtemp(join(tmpdir(), 'migrations-'))
  const path = join(root, 'migrations')
  await mkdir(path)
  const write = (name: string, sql: string): Promise<void> => writeFile(join(path, name), sql)
  for (const [name, sql] of Object.entries(files)) await write(name, sql)
  return { path, write, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) }
}
