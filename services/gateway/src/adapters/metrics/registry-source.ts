import type { Clock, Registry } from '@votestream/runtime'
import type { MetricsSource, Readings, Timing } from '../../domain/ports.js'

interface Sample {
  readonly value: number
  readonly labels: Readonly<Record<string, string | number | undefined>>
  readonly metricName?: string
}

type Samples = (name: string) => readonly Sample[]

/** Reads what the registry has counted. */
export const registrySource = (registry: Registry, clock: Pick<Clock, 'now'>): MetricsSource => ({
  exposition: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  readings: async () => {
    const metrics = new Map(
      (await registry.getMetricsAsJSON()).map(({ name, values }) => [name, values as readonly Sample[]]),
    )
    return readingsOf((name) => metrics.get(name) ?? [], clock.now())
  },
})

const readingsOf = (samples: Samples, nowMs: number): Readings => {
  const sum = (name: string, label = '', value = ''): number =>
    samples(name)
      .filter(({ labels }) => label === '' || labels[label] === value)
      .reduce((total, sample) => total + sample.value, 0)
  const startedAt = sum('process_start_time_seconds')
  const http = samples('votestream_http_request_duration_seconds')
  const batches = timingOf(samples('votestream_vote_batch_size'))
  return {
    requests: timingOf(http),
    votes: {
      received: sum('votestream_votes_received_total'),
      counted: sum('votestream_votes_answered_total', 'status', 'counted'),
      shed: sum('votestream_votes_shed_total'),
      timing: timingOf(http.filter(({ labels }) => labels.route === '/polls/{id}/vote')),
      meanBatch: batches.mean,
      queued: sum('votestream_votes_queued'),
    },
    process: {
      uptimeSeconds: startedAt === 0 ? 0 : nowMs / 1_000 - startedAt,
      cpuSeconds: sum('process_cpu_seconds_total'),
      residentMemoryBytes: sum('process_resident_memory_bytes'),
      heapUsedBytes: sum('nodejs_heap_size_used_bytes'),
      eventLoopLagP99Seconds: sum('nodejs_eventloop_lag_p99_seconds'),
    },
    pollTexts: {
      hits: sum('votestream_poll_text_reads_total', 'result', 'hit'),
      misses: sum('votestream_poll_text_reads_total', 'result', 'miss'),
    },
    rateLimitedAddresses: sum('votestream_rate_limited_addresses'),
  }
}

/** Adds up a histogram over its labels; a quantile is the upper bound of the bucket that it lies in. */
const timingOf = (samples: readonly Sample[]): Timing => {
  const total = (suffix: string): number =>
    samples
      .filter(({ metricName }) => metricName?.endsWith(suffix))
      .reduce((all, { value }) => all + value, 0)
  const count = total('_count')
  if (count === 0) return { count, mean: null, p50: null, p99: null }

  const buckets = new Map<number, number>()
  for (const { labels, value, metricName } of samples) {
    if (!metricName?.endsWith('_bucket')) continue
    const bound = labels.le === '+Inf' ? Infinity : Number(labels.le)
    buckets.set(bound, (buckets.get(bound) ?? 0) + value)
  }
  const bounds = [...buckets].sort(([a], [b]) => a - b)
  const quantile = (share: number): number | null => {
    const [bound = Infinity] = bounds.find(([, upTo]) => upTo >= share * count) ?? []
    return bound === Infinity ? null : bound
  }
  return { count, mean: total('_sum') / count, p50: quantile(0.5), p99: quantile(0.99) }
}
