import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ofService = (service: string): readonly string[] =>
  readdirSync(fileURLToPath(new URL(`../services/${service}/migrations`, import.meta.url))).filter((name) =>
    name.endsWith('.sql'),
  )

/** The migrations of all schemas. */
export const migrationFiles = ['polls', 'votes'].flatMap(ofService)
