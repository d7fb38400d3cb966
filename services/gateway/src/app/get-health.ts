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
  readonly activeConnections: () => number
  readonly clock: Clock
}

/** A service that is silent for longer counts as down; with the network this keeps an answer below 1 s. */
const PROBE_TIMEOUT_MS = 800
/** Probes come from many sides at once; nobody can tell an answer of this age from a fresh one. */
const KEPT_MS = 250

type Engine = 'postgres' | 'kafka' | 'redis'

/** What one service says of itself. An engine is null when the service does not have it, and absent when it did not say. */
interface Said {
  readonly service: boolean
  readonly engines: ReadonlyMap<Engine, boolean | null>
}

/** Asks polls, votes and realtime how they are: one question for all that ask meanwhile, and an answer within a second even when they hang. */
export const makeGetHealth = (deps: Deps): (() => Promise<Health>) => {
  const polls = makeAsk(deps.polls, ['postgres'])
  const votes = makeAsk(deps.votes, ['postgres', 'kafka', 'redis'])
  const realtime = makeAsk(deps.realtime, [])
  let kept:
    { readonly answer: Promise<Omit<Health, 'activeConnections'>>; readonly untilMs: number } | undefined

  return async () => {
    const nowMs = deps.clock.monotonicMs()
    if (kept === undefined || nowMs >= kept.untilMs) {
      const answer = Promise.all([polls(), votes(), realtime()]).then((said) => judge(...said))
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
  // Kafka and Redis are reached through their service alone: when it falls silent, they are out of reach.
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

const judge = (polls: Said, votes: Said, realtime: Said): Omit<Health, 'activeConnections'> => {
  // Both have the database: who is silent leaves the word to the other.
  const databases = [polls, votes].map(({ engines }) => engines.get('postgres'))
  const database = databases.includes(true) && !databases.includes(false)
  const redis = votes.engines.get('redis') ?? null
  const kafka = votes.engines.get('kafka') ?? null
  // Without Kafka the log lives with the database of votes.
  const log = kafka ?? votes.engines.get('postgres') === true
  if (!votes.service || !log) return { status: 'down', database, redis, kafka }
  const whole = polls.service && realtime.service && database && redis !== false
  return { status: whole ? 'ok' : 'degraded', database, redis, kafka }
}
