import {
  DATABASE_ROLES,
  prepareDatabase as prepare,
  urlForDatabase,
  urlForRole,
  type DatabaseRole,
} from '@votestream/postgres'
import type { Logger } from '@votestream/runtime'
import { ExpectedFailure } from '../expected-failure.js'
import { inRepository } from '../repository.js'
import type { Secrets } from '../state/secrets.js'

/** The one database of a mesh; each service has a schema of its own in it. */
export const DATABASE = 'votestream'

const SCHEMAS = ['polls', 'votes'] as const

/** Brings database, roles and schemas to where the services expect them. Resolves to the migrations that it applied. */
export async function prepareDatabase(
  serverUrl: string,
  secrets: Secrets,
  logger: Logger,
): Promise<string[]> {
  const passwords = Object.fromEntries(DATABASE_ROLES.map((role) => [role, secrets[role]])) as Record<
    DatabaseRole,
    string
  >
  const url = urlForRole(urlForDatabase(serverUrl, DATABASE), { role: 'owner', password: secrets.owner })
  try {
    return await prepare({
      owner: { url },
      admin: { address: { url: serverUrl }, passwords },
      schemas: SCHEMAS.map((schema) => ({
        schema,
        directory: inRepository(`services/${schema}/migrations`),
      })),
      logger,
    })
  } catch (error) {
    const causes: string[] = []
    for (let each: unknown = error; each instanceof Error; each = each.cause) causes.push(each.message)
    throw new ExpectedFailure(`cannot prepare the database: ${causes.join(': ')}`, 1, { cause: error })
  }
}
