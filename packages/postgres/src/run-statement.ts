import type { Clock } from '@votestream/runtime'
import type pg from 'pg'
import { isConnectionFailure, isDatabaseUnavailable, sqlState, translateDatabaseError } from './errors.js'
import type { HealthWatch } from './health-watch.js'
import type { PoolMetrics } from './pool-metrics.js'
import type { QueryResult, Statement } from './postgres.js'

export interface StatementResult<Row> extends QueryResult<Row> {
  /** The server's word for what it did: COMMIT may be answered with ROLLBACK. */
  readonly command: string
}

/** Runs one statement on one connection: measured, its failure noted and translated. */
export type RunStatement = <Row>(
  client: pg.PoolClient,
  statement: Statement,
  timeoutMs?: number,
) => Promise<StatementResult<Row>>

interface Ports {
  /** The label of its metrics. */
  readonly pool: string
  readonly metrics: PoolMetrics
  readonly clock: Clock
  readonly health: HealthWatch
}

// The class of a SQLSTATE: its first two characters, of which there are about 40.
const kindOf = (error: unknown): string =>
  isDatabaseUnavailable(error) ? 'unavailable' : (sqlState(error)?.slice(0, 2) ?? 'client')

const queryConfig = ({ name, text, values }: Statement, timeoutMs: number | undefined): pg.QueryConfig => ({
  text,
  ...(name === undefined ? {} : { name }),
  ...(values === undefined ? {} : { values: [...values] }),
  ...(timeoutMs === undefined ? {} : { query_timeout: timeoutMs }),
})

export const makeRunStatement = ({ pool, metrics, clock, health }: Ports): RunStatement => {
  const run = async (
    client: pg.PoolClient,
    statement: Statement,
    timeoutMs?: number,
  ): Promise<StatementResult<unknown>> => {
    const startedAt = clock.monotonicMs()
    try {
      const { rows, rowCount, command } = await client.query<never>(queryConfig(statement, timeoutMs))
      const seconds = (clock.monotonicMs() - startedAt) / 1_000
      metrics.duration.observe({ pool, statement: statement.name ?? 'unnamed' }, seconds)
      health.succeeded()
      return { rows, rowCount: rowCount ?? 0, command }
    } catch (error) {
      if (isConnectionFailure(error)) health.failed(error)
      else if (sqlState(error) !== undefined) health.succeeded() // a refusal is an answer too
      const translated = translateDatabaseError(error)
      metrics.failures.inc({ pool, kind: kindOf(translated) })
      throw translated
    }
  }
  return run as RunStatement // the caller says what its SQL returns
}
