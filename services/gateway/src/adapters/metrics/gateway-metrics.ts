import { Counter, Gauge, Histogram, type Registry } from '@votestream/runtime'
import type { CacheMeter, RequestMeter, VoteMeter } from '../../domain/ports.js'

/** From a static file (1 ms) to the longest budget of an answer (3 s). */
const DURATION_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
/** From a lone vote to the largest batch. */
const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_000]

/** The reasons that votes may give; another one would be a label that nobody bounds. */
const KNOWN_REASONS: ReadonlySet<string> = new Set([
  '',
  'POLL_NOT_FOUND',
  'CHOICE_OUT_OF_RANGE',
  'POLL_CLOSED',
  'ALREADY_VOTED',
  'IDEMPOTENCY_KEY_REUSED',
  'QUARANTINED',
  'OVERLOADED',
  'UNAVAILABLE',
])

const SHED_REASONS = ['OVERLOADED', 'EXPIRED', 'RATE_LIMITED'] as const

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST'])

export interface Levels {
  readonly votesQueued: () => number
  readonly batchesInFlight: () => number
  readonly rateLimitedAddresses: () => number
}

/** The gateway's own metrics, besides those of the process and of gRPC. */
export const gatewayMetrics = (
  registry: Registry,
): { votes: VoteMeter; requests: RequestMeter; pollTexts: CacheMeter; expose(levels: Levels): void } => {
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name: `votestream_${name}`, help, labelNames, registers })
  const histogram = <Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly Label[] = [],
  ) => new Histogram({ name: `votestream_${name}`, help, buckets, labelNames, registers })

  const received = counter('votes_received_total', 'Votes that were well-formed')
  const answered = counter('votes_answered_total', 'Votes by what they were answered', ['status', 'reason'])
  const shed = counter('votes_shed_total', 'Votes turned away to protect the others', ['reason'])
  // Present from the start: the first increase of a counter that appears with it is no increase to Prometheus.
  for (const reason of SHED_REASONS) shed.inc({ reason }, 0)
  const batch = histogram('vote_batch_size', 'Ballots in one CastVotes call', BATCH_BUCKETS)
  const requests = histogram(
    'http_request_duration_seconds',
    'From the head of a request to its answer',
    DURATION_BUCKETS_S,
    ['route', 'method', 'status'],
  )
  const reads = counter('poll_text_reads_total', "Reads of a poll's text by whether the cache had it", [
    'result',
  ])

  return {
    votes: {
      received: () => received.inc(),
      answered: (status, reason) =>
        answered.inc({ status, reason: KNOWN_REASONS.has(reason) ? reason : 'OTHER' }),
      shed: (reason) => shed.inc({ reason }),
      batchSent: (ballots) => batch.observe(ballots),
    },
    requests: {
      answered: ({ route, method, status, seconds }) =>
        requests.observe({ route, method: METHODS.has(method) ? method : 'other', status }, seconds),
    },
    pollTexts: {
      hit: () => reads.inc({ result: 'hit' }),
      miss: () => reads.inc({ result: 'miss' }),
    },
    expose: (levels) => exposeLevels(registry, levels),
  }
}

const exposeLevels = (registry: Registry, levels: Levels): void => {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `votestream_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  }
  gauge('votes_queued', 'Votes that wait for a batch to leave', levels.votesQueued)
  gauge('vote_batches_in_flight', 'CastVotes calls that hold a slot', levels.batchesInFlight)
  gauge('rate_limited_addresses', 'Addresses that the rate limit remembers', levels.rateLimitedAddresses)
}
