import type { Bus } from '@votestream/bus/bus.js'
import { rpcResultsReader } from '@votestream/realtime/adapters/votes-client/results-reader.js'
import type { SimProcess } from './kernel/process.js'
import {
  busOf,
  NotifyModel,
  notifyBusOf,
  RedisModel,
  startRealtime,
  type RealtimeReplica,
} from './live/index.js'
import type { Plan } from './plan.js'
import { startEmbedded } from './processes/embedded.js'
import { startGateway, type Gateway } from './processes/gateway.js'
import { OPTIONS } from './processes/poll-definitions.js'
import { votesClient, type Balancer } from './processes/rpc.js'
import { startVotes, type VotesReplica } from './processes/votes-process.js'
import { KafkaModel } from './world/kafka-model.js'
import { LockModel } from './world/process-lock-model.js'
import { VoteDatabase, type Flaw } from './world/vote-database.js'
import { World } from './world/world.js'

/** By level: how many messages of a hundred are lost, and how many come twice or overtake others. */
const BUS_LOST = [0, 2, 15, 60] as const
const BUS_ODD = [0, 2, 10, 30] as const
const BUS_WAY_MS = 3
const BUS_SLOW_MS = 300

/** Something that is started again when it dies. */
interface Slot<T extends { readonly process: SimProcess }> {
  readonly name: string
  incarnation: number
  now: T
}

/** All processes of one run, and the engines that they share. */
export class Mesh {
  readonly world: World
  readonly database: VoteDatabase
  readonly kafka: KafkaModel
  readonly locks: LockModel
  readonly redis: RedisModel
  readonly channel: NotifyModel
  readonly votes: Slot<VotesReplica>[] = []
  readonly gateways: Slot<Gateway>[] = []
  readonly realtime: Slot<RealtimeReplica>[] = []
  readonly balancer: Balancer
  readonly #plan: Plan
  readonly #mourners = new Map<VotesReplica, Set<() => void>>()
  #busLevel: number

  constructor(
    plan: Plan,
    options: { readonly onTrace?: ((line: string) => void) | undefined; readonly flaw?: Flaw | undefined },
  ) {
    this.#plan = plan
    this.#busLevel = plan.weather.bus
    this.world = new World({ seed: plan.seed, levels: plan.weather, onTrace: options.onTrace })
    const { kernel } = this.world
    this.database = new VoteDatabase(this.world, options.flaw)
    this.kafka = new KafkaModel(this.world)
    if (this.isFull) this.database.endOf = (partition) => this.kafka.topic.endOf(partition)
    this.locks = new LockModel(this.world)
    this.redis = new RedisModel({
      kernel,
      random: this.world.random('redis'),
      arrivals: () => this.#arrivals(),
    })
    this.channel = new NotifyModel({ kernel, delayMs: () => kernel.random.next() * BUS_WAY_MS })
    this.balancer = {
      replicas: () => this.votes.map(({ now }) => now),
      onDeath: (replica, tell) => this.#mourn(replica, tell),
      level: plan.weather.rpc,
    }
    for (let index = 0; index < (this.isFull ? plan.replicas : 1); index++)
      this.votes.push(this.#slot(`votes-${index}`, (process) => this.#startVotes(process)))
    for (let index = 0; index < plan.gateways; index++)
      this.gateways.push(
        this.#slot(`gateway-${index}`, (process) => startGateway(this.world, process, this.balancer)),
      )
    if (plan.observers > 0)
      this.realtime.push(this.#slot('realtime-0', (process) => this.#startRealtime(process)))
  }

  get isFull(): boolean {
    return this.#plan.mode === 'full'
  }

  /** kill -9, and a new one after a while. */
  crash(kind: 'votes' | 'gateways' | 'realtime', index: number, afterMs: number): void {
    const slots: Slot<{ readonly process: SimProcess }>[] = this[kind]
    const slot = slots[index % slots.length]
    if (!slot?.now.process.alive) return
    this.#die(kind, index % slots.length)
    this.world.kernel.after(afterMs, `${slot.name} is started again`, () => this.#startAgain(kind, slot))
  }

  freeze(kind: 'votes' | 'gateways', index: number, lastsMs: number): void {
    const slots: Slot<{ readonly process: SimProcess }>[] = this[kind]
    const process = slots[index % slots.length]?.now.process
    if (!process?.alive || process.frozen) return
    process.freeze()
    this.kafka.group.silent(process)
    this.world.kernel.after(lastsMs, `${process.name} thaws`, () => process.thaw())
  }

  /** Kills or stops one replica of votes right when it has sent such a thing. */
  ambush(index: number, what: string, kind: 'crash' | 'freeze', ms: number): void {
    const at = index % this.votes.length
    const name = this.votes[at]?.now.process.name ?? ''
    this.world.ambush(name, what, () =>
      kind === 'crash' ? this.crash('votes', at, ms) : this.freeze('votes', at, ms),
    )
  }

  /** Every fault is over: engines answer, and whoever is dead or frozen goes on. */
  heal(): void {
    this.world.calm()
    this.balancer.level = 0
    this.#busLevel = 0
    this.redis.start()
    this.redis.thaw()
    this.channel.start()
    for (const kind of ['votes', 'gateways', 'realtime'] as const)
      for (const slot of this[kind] as Slot<{ readonly process: SimProcess }>[]) {
        if (slot.now.process.frozen) slot.now.process.thaw()
        this.#startAgain(kind, slot)
      }
  }

  /** Forgets what the next run must not find. */
  close(): void {
    this.kafka.forget()
  }

  #die(kind: 'votes' | 'gateways' | 'realtime', index: number): void {
    const { world } = this
    if (kind === 'realtime') return this.realtime[index]?.now.crash()
    if (kind === 'gateways') return this.gateways[index]?.now.process.crash()
    const replica = this.votes[index]?.now
    if (!replica) return
    replica.process.crash()
    this.kafka.group.silent(replica.process)
    this.#mourners.get(replica)?.forEach((tell) => tell())
    // A machine that is gone says no good-bye: then its sessions end by being idle.
    if (world.kernel.random.chance(0.7))
      world.kernel.after(2, 'database: resets', () => this.database.locks.endIdle(replica.process))
    world.kernel.after(world.kernel.random.below(1_000), 'database: lock released', () =>
      this.locks.release(replica.process),
    )
  }

  #startAgain(kind: 'votes' | 'gateways' | 'realtime', slot: Slot<{ readonly process: SimProcess }>): void {
    if (slot.now.process.alive) return
    slot.incarnation += 1
    const process = this.#process(`${slot.name}#${slot.incarnation}`)
    if (kind === 'votes') slot.now = this.#startVotes(process)
    else if (kind === 'gateways') slot.now = startGateway(this.world, process, this.balancer)
    else slot.now = this.#startRealtime(process)
  }

  #slot<T extends { readonly process: SimProcess }>(name: string, make: (process: SimProcess) => T): Slot<T> {
    return { name, incarnation: 1, now: make(this.#process(`${name}#1`)) }
  }

  #process(name: string): SimProcess {
    const { skews } = this.#plan
    const skewMs = skews[this.world.random(name).below(Math.max(1, skews.length))] ?? 0
    return this.world.process(name, skewMs)
  }

  #startVotes(process: SimProcess): VotesReplica {
    const { world, database, kafka, locks } = this
    const { polls, partitions } = this.#plan
    const onFatal = (error: Error): void => {
      world.violated(`${process.name} gives up: ${error.message}`)
      process.crash()
    }
    const surroundings = { world, process, database, polls, onFatal }
    if (!this.isFull)
      return startEmbedded({ ...surroundings, bus: notifyBusOf(process, this.channel, []), locks })
    return startVotes({ ...surroundings, kafka, partitions, bus: busOf(process, this.redis, ['progress']) })
  }

  #startRealtime(process: SimProcess): RealtimeReplica {
    const bus: Bus = this.isFull
      ? busOf(process, this.redis, ['results'])
      : notifyBusOf(process, this.channel, ['results'])
    const client = votesClient(this.world, process, this.balancer)
    const reader = rpcResultsReader(client)
    const options = Array.from({ length: OPTIONS }, (_, at) => `option ${at}`)
    const definitions = { find: (pollId: number) => Promise.resolve({ pollId, options }) }
    return startRealtime({ process, bus, reader, definitions })
  }

  #arrivals(): readonly { readonly afterMs: number; readonly overtakes: boolean }[] {
    const { random } = this.world.kernel
    const fate = random.below(100)
    const lost = BUS_LOST[this.#busLevel] ?? 0
    if (fate < lost) {
      this.world.coverage.count('bus message lost')
      return []
    }
    const on = { afterMs: random.next() * BUS_WAY_MS, overtakes: false }
    if (fate >= lost + (BUS_ODD[this.#busLevel] ?? 0)) return [on]
    const late = { afterMs: random.next() * BUS_SLOW_MS, overtakes: true }
    return fate % 2 === 0 ? [on, late] : [late]
  }

  #mourn(replica: VotesReplica, tell: () => void): () => void {
    const mourners = this.#mourners.get(replica) ?? new Set()
    this.#mourners.set(replica, mourners)
    mourners.add(tell)
    return () => void mourners.delete(tell)
  }
}
