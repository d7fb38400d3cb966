import type { Clock } from '@votestream/runtime'
import type { HealthProbe } from '../domain/ports.js'

export interface Health {
  /** `degraded`: votes are accepted, something else is down. `down`: votes cannot be accepted. */
  readonly status: 'ok' | 'degraded' | 'down'
  readonly database: boolean
  /** Null for an engine that is not configured. */
  readonly redis: boolean | null
  readonly kafka: boolean | null
  /** WebSockets over all realtime replicas. */
  readonly activeConnections: number
}

interface Deps {
  readonly polls: HealthProbe
  readonly votes: HealthProbe
  readonly realtime: HealthProbe
  /** Asks the gateway's own Redis, within a second; undefined when none is configured. */
  readonly redis?: (() => Promise<boolean>) | undefined
  readonly activeConnections: () => number
  readonly clock: Clock
}

/** A service gives an engine 1 s to answer; one that is silent for longer itself counts as down. So an answer takes less than 1.5 s. */
const PROBE_TIMEOUT_MS = 1_200
/** Probes come from many sides at once; nobody can tell an answer of this age from a fresh one. */
const KEPT_MS = 250

type Engine = 'postgres' | 'kafka' | 'redis'

/** What one service says of itself. An engine is null when the service does not have it, and absent when it did not say. */
interface Said {
  readonly service: boolean
  readonly engines: ReadonlyMap<Engine, boolean | null>
}

/** Asks polls, votes and realtime how they are: one question for all that ask meanwhile, and an answer within 1.5 s even when they hang. */
export const makeGetHealth = (deps: Deps): (() => Promise<Health>) => {
  const polls = makeAsk(deps.polls, ['postgres'])
  const votes = makeAsk(deps.votes, ['postgres', 'kafka', 'redis'])
  const realtime = makeAsk(deps.realtime, [])
  const ownRedis = async (): Promise<boolean | undefined> => deps.redis?.().catch(() => false)
  let kept:
    { readonly answer: Promise<Omit<Health, 'activeConnections'>>; readonly untilMs: number } | undefined

  return async () => {
    const nowMs = deps.clock.monotonicMs()
    if (kept === undefined || nowMs >= kept.untilMs) {
      const answer = Promise.all([polls(), votes(), realtime(), ownRedis()]).then((said) => judge(...said))
      kept = { answer, untilMs: Infinity }
      const mine = kept
      void answer.then(() => {
        if (kept === mine) kept = { answer, untilMs: deps.clock.monotonicMs() + KEPT_MS }
      })
    }
    return { ...(await kept.answer), activeConnections: deps.activeConnections() }
  }
}

const makeAsk = (probe: HealthProbe, asked: readonly Engine[]): (() => Promise<Said>) => {
  // What is reached through this service alone is out of reach when it falls silent.
  const ownEngines = new Set<Engine>()
  return async () => {
    const engines = new Map<Engine, boolean | null>()
    const ask = async (engine: Engine): Promise<void> => {
      const state = await probe.check(engine, PROBE_TIMEOUT_MS).catch(() => undefined)
      if (state !== undefined) engines.set(engine, state)
      else if (ownEngines.has(engine)) engines.set(engine, false)
      if (typeof state === 'boolean' && engine !== 'postgres') ownEngines.add(engine)
    }
    const [service] = await Promise.all([
      probe.check('service', PROBE_TIMEOUT_MS).catch(() => false),
      ...asked.map(ask),
    ])
    return { service: service === true, engines }
  }
}

const judge = (
  polls: Said,
  votes: Said,
  realtime: Said,
  ownRedis: boolean | undefined,
): Omit<Health, 'activeConnections'> => {
  // Both have the database: who is silent leaves the word to the other.
  const databases = [polls, votes].map(({ engines }) => engines.get('postgres'))
  const database = databases.includes(true) && !databases.includes(false)
  const redis = redisOf(votes, ownRedis)
  const kafka = votes.engines.get('kafka') ?? null
  // Without Kafka the log lives with the database of votes.
  const log = kafka ?? votes.engines.get('postgres') === true
  if (!votes.service || !log) return { status: 'down', database, redis, kafka }
  const whole = polls.service && realtime.service && database && redis !== false
  return { status: whole ? 'ok' : 'degraded', database, redis, kafka }
}

/** Up when everybody who has it can reach it; a votes that is silent as a whole leaves the word to the gateway. */
const redisOf = (votes: Said, own: boolean | undefined): boolean | null => {
  const said = votes.engines.get('redis') ?? null
  if (own === undefined) return said
  return own && (said !== false || !votes.service)
}
