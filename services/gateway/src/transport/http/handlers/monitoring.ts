import { CALL_WITHIN_MS } from '../../../app/budgets.js'
import type { Health } from '../../../app/get-health.js'
import type { Stats } from '../../../app/get-stats.js'
import type { Summary } from '../../../app/summarize.js'
import type { Call, MetricsSource } from '../../../domain/ports.js'
import { prefersJson } from '../prefers-json.js'
import type { Handler } from '../routes.js'
import { summaryDocument } from './summary-document.js'

/** GET /health. */
export const makeHealthHandler =
  (getHealth: () => Promise<Health>): Handler =>
  async () => {
    const { status, database, redis, kafka, activeConnections } = await getHealth()
    return {
      status: status === 'down' ? 503 : 200,
      json: { status, database, redis, kafka, active_connections: activeConnections },
    }
  }

/** GET /stats. */
export const makeStatsHandler =
  (getStats: (call: Call) => Promise<Stats>): Handler =>
  async ({ requestId }) => {
    const { totalPolls, totalVotes, pollsWithVotes } = await getStats({
      timeoutMs: CALL_WITHIN_MS,
      requestId,
    })
    return {
      status: 200,
      json: { total_polls: totalPolls, total_votes: totalVotes, polls_with_votes: pollsWithVotes },
    }
  }

/** GET /metrics. */
export const makeMetricsHandler =
  (deps: {
    metrics: Pick<MetricsSource, 'exposition'>
    summarize: (requestId: string) => Promise<Summary>
  }): Handler =>
  async ({ request, requestId }) => {
    const headers = { Vary: 'Accept' }
    if (prefersJson(request.headers.accept))
      return { status: 200, headers, json: summaryDocument(await deps.summarize(requestId)) }
    const { text, contentType } = await deps.metrics.exposition()
    return { status: 200, headers: { ...headers, 'Content-Type': contentType }, text }
  }
