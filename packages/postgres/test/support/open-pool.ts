import { Registry } from '@votestream/runtime'
import { pino } from 'pino'
import type { PostgresPoolOptions } from '../../src/open-pool.js'
import { postgresPool } from '../../src/postgres-pool.js'
import type { Postgres } from '../../src/postgres.js'

export type TestPool = Postgres & AsyncDisposable & { readonly registry: Registry }

/** A pool of two connections that closes when disposed. */
export const openTestPool = (url: string, options: Partial<PostgresPoolOptions> = {}): TestPool => {
  const registry = new Registry()
  const pool = postgresPool({
    url,
    max: 2,
    applicationName: 'votestream-test',
    logger: pino({ level: 'silent' }),
    registry,
    ...options,
  })
  return Object.defineProperties(pool, {
    registry: { value: registry },
    [Symbol.asyncDispose]: { value: () => pool.stop() },
  }) as TestPool
}
