import type { Summary } from '../../../app/summarize.js'
import type { Timing } from '../../../domain/ports.js'

const timingDocument = ({ count, mean, p50, p99 }: Timing) => ({ count, mean, p50, p99 })

/** The four groups of GET /metrics as JSON; times in seconds, null where there is nothing to say yet. */
export const summaryDocument = ({ health, stats, readings }: Summary) => ({
  database: {
    up: health.database,
    total_polls: stats?.totalPolls ?? null,
    total_votes: stats?.totalVotes ?? null,
    polls_with_votes: stats?.pollsWithVotes ?? null,
  },
  performance: {
    request_seconds: timingDocument(readings.requests),
    vote_seconds: timingDocument(readings.votes.timing),
    votes_received: readings.votes.received,
    votes_counted: readings.votes.counted,
    votes_shed: readings.votes.shed,
    votes_queued: readings.votes.queued,
    mean_vote_batch: readings.votes.meanBatch,
  },
  system: {
    status: health.status,
    active_connections: health.activeConnections,
    uptime_seconds: readings.process.uptimeSeconds,
    cpu_seconds: readings.process.cpuSeconds,
    resident_memory_bytes: readings.process.residentMemoryBytes,
    heap_used_bytes: readings.process.heapUsedBytes,
    event_loop_lag_p99_seconds: readings.process.eventLoopLagP99Seconds,
  },
  cache: {
    redis: health.redis,
    poll_text_hits: readings.pollTexts.hits,
    poll_text_misses: readings.pollTexts.misses,
    poll_text_hit_ratio: hitRatio(readings.pollTexts),
    rate_limited_addresses: readings.rateLimitedAddresses,
  },
})

const hitRatio = ({ hits, misses }: { hits: number; misses: number }): number | null =>
  hits + misses === 0 ? null : hits / (hits + misses)
