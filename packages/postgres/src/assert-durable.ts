import { ConfigError } from '@votestream/runtime'
import type { Queryable } from './postgres.js'

// remote_apply waits for more than on does; everything else answers before the commit is on every disk that it should be on.
const DURABLE: Readonly<Record<string, readonly string[]>> = {
  fsync: ['on'],
  full_page_writes: ['on'],
  synchronous_commit: ['on', 'remote_apply'],
}

/** Asserts, for this role's own sessions, that a COMMIT that was answered survives a crash; throws ConfigError otherwise. */
export const assertDurable = async (postgres: Queryable): Promise<void> => {
  const { rows } = await postgres.query<{ name: string; setting: string }>({
    text: 'SELECT name, setting FROM pg_catalog.pg_settings WHERE name = ANY($1) ORDER BY name',
    values: [Object.keys(DURABLE)],
  })
  const wrong = rows.filter(({ name, setting }) => DURABLE[name]?.includes(setting) !== true)
  if (wrong.length === 0) return
  const list = wrong.map(
    ({ name, setting }) => `  ${name} is ${setting}, must be ${DURABLE[name]?.join(' or ') ?? ''}`,
  )
  throw new ConfigError(
    ['the database may lose acknowledged votes in a crash; set in postgresql.conf:', ...list].join('\n'),
  )
}
