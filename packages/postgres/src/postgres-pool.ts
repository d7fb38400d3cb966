import { systemClock } from '@votestream/runtime'
import { poolConnections } from './connections.js'
import { makeHealthCheck } from './health-check.js'
import { healthWatch } from './health-watch.js'
import { openPool, type PostgresPoolOptions } from './open-pool.js'
import { PING_TIMEOUT_MS, makePingAside } from './ping-aside.js'
import { poolMetrics } from './pool-metrics.js'
import type { Postgres } from './postgres.js'
import { makeRunStatement } from './run-statement.js'
import { makeTransaction } from './transaction.js'

/** Opens a pool lazily: it starts although the database is down, and finds it within a second of its coming up. */
export const postgresPool = (options: PostgresPoolOptions): Postgres => {
  const { applicationName, logger, registry, clock = systemClock } = options
  const metrics = poolMetrics(registry)
  const pool = openPool(options)
  const health = healthWatch({
    clock,
    ask: () => ping(),
    onUp: () => logger.info({ pool: applicationName }, 'database connected'),
    onDown: (error) => logger.warn({ pool: applicationName, err: error }, 'database lost'),
  })
  const connections = poolConnections(pool, health)
  const runStatement = makeRunStatement({ pool: applicationName, metrics, clock, health })

  const askNow = async (): Promise<boolean> => {
    try {
      await connections.lend((client) => runStatement(client, { text: 'SELECT 1' }, PING_TIMEOUT_MS))
      return true
    } catch {
      return health.healthy // an exhausted pool tells nothing about the database
    }
  }
  let asking: Promise<boolean> | undefined
  const ping = (): Promise<boolean> => (asking ??= askNow().finally(() => (asking = undefined)))

  const hasFreeConnection = (): boolean =>
    pool.waitingCount === 0 && (pool.idleCount > 0 || pool.totalCount < options.max)
  const pingAside = makePingAside({ url: options.url, ca: options.ca, applicationName, health })
  const healthCheck = makeHealthCheck({ health, clock, hasFreeConnection, ping, pingAside })

  pool.on('error', (error) => health.failed(error)) // an idle connection died
  pool.on('connect', (client) => client.on('error', () => undefined)) // a busy one did: its statement rejects too
  metrics.observe(applicationName, pool)

  return {
    get healthy() {
      return health.healthy
    },
    ping,
    healthCheck,
    query: (statement) => connections.lend((client) => runStatement(client, statement)),
    transaction: makeTransaction({ take: () => connections.take(), runStatement }),
    start: async () => {
      await ping()
    },
    stop: async () => {
      health.stop()
      await pool.end()
    },
  }
}
