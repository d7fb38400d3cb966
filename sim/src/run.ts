import { setImmediate as turn } from 'node:timers/promises'
import { Checks } from './checks.js'
import { Clients } from './clients.js'
import { scheduleClosings } from './closers.js'
import {
  checkForwardOnly,
  checkKeysAtEnd,
  checkOneOrder,
  checkSameBytes,
  checkStreamsAtEnd,
  Observer,
  type Seen,
  type SentFrame,
  type TrueState,
} from './live/index.js'
import { Mesh } from './mesh.js'
import { LOAD_MS, type Fault, type Plan } from './plan.js'
import { replaceKafka } from './world/kafka-model.js'
import type { Flaw } from './world/vote-database.js'

/** Faults that have begun may go on a little longer than the load. */
const HEAL_MS = LOAD_MS + 2_500
/** C7 gives 15 s after a death; nothing that is in flight takes longer. */
const QUIET_MS = 15_000
const PROBE_MS = 4_000
const RESTART_MS = { from: 300, share: 0.4 }

export interface Outcome {
  readonly violations: readonly string[]
  readonly traceHash: string
  readonly trace: readonly string[]
  readonly coverage: Readonly<Record<string, number>>
  readonly votes: number
  readonly virtualMs: number
}

export interface RunOptions {
  readonly onTrace?: ((line: string) => void) | undefined
  /** A planted fault of the store's model. */
  readonly flaw?: Flaw | undefined
}

/** Runs a plan; the same plan gives the same run, event by event. */
export const run = async (plan: Plan, options: RunOptions = {}): Promise<Outcome> => {
  replaceKafka()
  const mesh = new Mesh(plan, options)
  const { world, database, kafka } = mesh
  const checks = new Checks({ world, database, topic: mesh.isFull ? kafka.topic : undefined })
  const clients = new Clients(mesh, plan, checks)
  const live = watch(mesh, plan)
  scheduleClosings(mesh, plan, checks)
  plan.steps.forEach((step) => clients.schedule(step))
  plan.faults.forEach((fault) =>
    world.kernel.after(fault.atMs, `fault: ${fault.kind}`, () => inflict(mesh, fault, checks)),
  )
  const onRejection = (error: unknown): void =>
    world.violated(`a promise was rejected, and nobody listened: ${String(error)}`)
  process.on('unhandledRejection', onRejection)
  try {
    await world.kernel.run(HEAL_MS)
    mesh.heal()
    live.calm()
    await world.kernel.run(HEAL_MS + QUIET_MS)
    // A vote that is cast now would hide what was left behind.
    checks.atEnd(plan.skews.length > 0)
    live.check()
    clients.probe()
    await world.kernel.run(HEAL_MS + QUIET_MS + PROBE_MS)
    clients.assertAnswered()
    for (const { now } of mesh.votes)
      if (now.waiters.size > 0) world.violated(`${now.process.name} still has ${now.waiters.size} waiters`)
    checks.atEnd(plan.skews.length > 0)
    live.check()
    await turn()
  } finally {
    process.off('unhandledRejection', onRejection)
    mesh.close()
  }
  const { violations, traceHash, trace } = world
  const coverage = world.coverage.toJSON()
  return { violations, traceHash, trace, coverage, votes: clients.votes, virtualMs: world.kernel.nowMs }
}

const inflict = (mesh: Mesh, { kind, target, lastsMs }: Fault, checks: Checks): void => {
  const { world, kafka, database, redis, channel, locks } = mesh
  const { climate, kernel } = world
  const restartMs = RESTART_MS.from + lastsMs * RESTART_MS.share
  world.coverage.count(`fault ${kind}`)
  const acts: Readonly<Record<Fault['kind'], () => void>> = {
    crash: () => mesh.crash('votes', target, restartMs),
    freeze: () => mesh.freeze('votes', target, lastsMs),
    'crash at commit': () => mesh.ambush(target, 'database: commit', 'crash', restartMs),
    'freeze at commit': () => mesh.ambush(target, 'database: commit', 'freeze', lastsMs),
    'crash at append': () => mesh.ambush(target, 'kafka: produce', 'crash', restartMs),
    'freeze at append': () => mesh.ambush(target, 'kafka: produce', 'freeze', lastsMs),
    'gateway crash': () => mesh.crash('gateways', target, restartMs),
    'gateway freeze': () => mesh.freeze('gateways', target, lastsMs),
    'realtime crash': () => mesh.crash('realtime', target, restartMs),
    rebalance: () => kafka.group.shake(),
    'lock lost': () => locks.lose(),
    'kafka away': () => kafka.goAway(lastsMs),
    'kafka frozen': () => climate.freeze('kafka', lastsMs),
    'database away': () => climate.away('database', lastsMs),
    'database frozen': () => climate.freeze('database', lastsMs),
    'database restart': () => {
      climate.away('database', restartMs)
      database.locks.endIdle()
      locks.lose()
      channel.cut()
    },
    'redis away': () => {
      redis.kill()
      channel.kill()
      kernel.after(restartMs, 'redis: is back', () => {
        redis.start()
        channel.start()
      })
    },
    'redis frozen': () => {
      redis.freeze()
      kernel.after(lastsMs, 'redis: thaws', () => redis.thaw())
    },
    'redis flush': () => redis.flush(),
    'bus cut': () => {
      redis.cut()
      channel.cut()
    },
  }
  acts[kind]()
  checks.nothingLost()
}

/** Observers of rooms, and what is held against what they saw. */
const watch = (mesh: Mesh, plan: Plan): { readonly calm: () => void; readonly check: () => void } => {
  const { world, database, redis, realtime } = mesh
  const seen: Seen[] = []
  const sent: SentFrame[] = []
  const observers = Array.from({ length: plan.observers }, (_, index) => {
    const observer = new Observer({
      ...{
        kernel: world.kernel,
        random: world.random(`observer-${index}`),
        name: `observer-${index}`,
        pollId: 1 + (index % plan.polls),
      },
      ...{ replicas: () => realtime.map(({ now }) => now), slow: index === 1 },
      onDocument: (document) => void seen.push(document),
      onSent: (frame) => void sent.push(frame),
    })
    observer.connect()
    return observer
  })
  const check = (): void => {
    const truth = truthOf(mesh, plan)
    const newest = truth.filter(({ pollId, version }) => version === database.versionOf(pollId))
    const problems = [
      ...checkForwardOnly(seen),
      ...checkOneOrder(seen, truth),
      ...checkSameBytes(sent),
      ...checkStreamsAtEnd(observers, newest),
      ...(mesh.isFull ? checkKeysAtEnd(redis.values, newest) : []),
    ]
    problems.forEach((problem) => world.violated(problem))
  }
  return { calm: () => observers.forEach((observer) => observer.calm()), check }
}

/** Every state that was ever committed, and the empty one of each poll. */
const truthOf = ({ database }: Mesh, { polls }: Plan): readonly TrueState[] => [
  ...Array.from({ length: polls }, (_, index) => ({ pollId: index + 1, version: 0, counts: [], atMs: 0 })),
  ...[...database.history].map(([key, counts]) => {
    const [pollId = 0, version = 0] = key.split('@').map(Number)
    return {
      pollId,
      version,
      counts: counts === '' ? [] : counts.split(',').map(Number),
      atMs: database.committedAtMs.get(key) ?? 0,
    }
  }),
]
