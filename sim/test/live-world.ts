import { unavailable } from '@votestream/errors'
import type { ResultsReader } from '@votestream/realtime/domain/ports.js'
import type { ReadState } from '@votestream/realtime/domain/results.js'
import { silentLogger } from '@votestream/testing'
import type { Bus, Topic } from '@votestream/bus/bus.js'
import { Kernel } from '../src/kernel/kernel.js'
import { SimProcess, type Weather } from '../src/kernel/process.js'
import { randomOf, type Random } from '../src/kernel/random.js'
import {
  busOf,
  notifyBusOf,
  NotifyModel,
  Observer,
  RedisModel,
  startRealtime,
  type Arrival,
  type RealtimeReplica,
  type Seen,
  type SentFrame,
  type TrueState,
} from '../src/live/index.js'

export const POLLS = [1, 2]
const OPTIONS = ['a', 'b', 'c']
const REPLICAS = 2
const US_PER_MS = 1_000
/** A fold reads the clock before it commits. */
const LONGEST_COMMIT_MS = 30
/** As realtime has it for a call to votes. */
const CALL_TIMEOUT_MS = 1_500

export interface LiveWorldOptions {
  readonly seed: number
  /** How much of what is said on the bus gets lost, and how much of the rest comes twice or is overtaken. */
  readonly loss: number
  /** What the bus is on. */
  readonly engine: 'redis' | 'postgres'
}

/** What votes answers to realtime. */
export type Answers = 'truth' | 'copies' | 'nothing'

/** A process that says on the bus what is counted. */
interface Publishing {
  readonly process: SimProcess
  readonly bus: Bus
}

/** A model of who counts, with two publishers; two replicas of realtime; a Redis between them; six observers. */
export class LiveWorld {
  readonly kernel: Kernel
  readonly redis: RedisModel
  readonly notify: NotifyModel
  readonly observers: Observer[]
  readonly truth: TrueState[] = []
  readonly seen: Seen[] = []
  readonly sent: SentFrame[] = []
  answers: Answers = 'truth'
  /** How slow and how unsure exchanges are: 0 to 1. */
  trouble = 0
  flushed = false
  readonly #options: LiveWorldOptions
  readonly #random: Random
  readonly #weather: Random
  readonly #publishers: readonly [Publishing, Publishing]
  readonly #replicas: RealtimeReplica[] = []
  readonly #newest = new Map<number, TrueState>()
  #copies: readonly TrueState[] = []
  #processes = 0

  constructor(options: LiveWorldOptions) {
    this.#options = options
    this.#random = this.#randomOf('world')
    this.#weather = this.#randomOf('weather')
    this.kernel = new Kernel({ random: this.#randomOf('order') })
    this.redis = new RedisModel({
      kernel: this.kernel,
      random: this.#randomOf('redis'),
      arrivals: () => this.#arrivals(),
    })
    const delays = this.#randomOf('notify')
    this.notify = new NotifyModel({ kernel: this.kernel, delayMs: () => delays.next() * 2 })
    for (const pollId of POLLS) this.#become({ pollId, version: 0, counts: [], atMs: 0 })
    this.#publishers = [this.#startPublisher('one'), this.#startPublisher('two')]
    for (let index = 0; index < REPLICAS; index += 1) this.#startReplica(index)
    this.observers = [...POLLS, ...POLLS, ...POLLS].map((pollId, index) => this.#observer(pollId, index))
  }

  get replicas(): readonly RealtimeReplica[] {
    return this.#replicas
  }

  /** Some votes are counted, and one of the publishers says so, a little later. */
  vote(pollId = this.#random.pick([1, 2])): void {
    const before = this.#newest.get(pollId) as TrueState
    const counts = OPTIONS.map((_, choice) => before.counts[choice] ?? 0)
    const votes = 1 + this.#random.below(3)
    for (let vote = 0; vote < votes; vote += 1) {
      const choice = this.#random.below(OPTIONS.length)
      counts[choice] = (counts[choice] ?? 0) + 1
    }
    this.#become({ pollId, version: before.version + votes, counts, atMs: this.kernel.nowMs })
    this.#publish(this.#newest.get(pollId) as TrueState)
    if (this.#random.chance(0.1)) this.#publish(before)
  }

  /** Votes come now and then until that time. */
  voteUntil(untilMs: number): void {
    if (this.kernel.nowMs > untilMs) return
    this.vote()
    const pauseMs = this.#random.pick([5, 30, 120, 400, 800]) * this.#random.next()
    this.kernel.after(pauseMs, 'votes', () => this.voteUntil(untilMs))
  }

  votesOf(pollId: number): number {
    return this.#newest.get(pollId)?.version ?? 0
  }

  freezePublisher(index: number): void {
    this.#publishers[index]?.process.freeze()
  }

  thawPublisher(index: number): void {
    this.#publishers[index]?.process.thaw()
  }

  crashReplica(index: number, downMs: number): void {
    const replica = this.#replicas[index]
    if (replica?.process.alive !== true) return
    replica.crash()
    this.kernel.after(downMs, 'a replica starts', () => this.#startReplica(index))
  }

  /** From now on votes answers so; copies are what is known now. */
  answer(answers: Answers): void {
    this.answers = answers
    this.#copies = POLLS.map((pollId) =>
      this.#random.chance(0.5)
        ? (this.#newest.get(pollId) as TrueState)
        : this.#random.pick(this.#historyOf(pollId) as [TrueState]),
    )
  }

  #busOf(process: SimProcess, listen: readonly Topic[]): Bus {
    return this.#options.engine === 'redis'
      ? busOf(process, this.redis, listen)
      : notifyBusOf(process, this.notify, listen)
  }

  /** Both servers end; only one of them is the bus. */
  killBus({ saved }: { saved: boolean }): void {
    this.redis.kill({ saved })
    this.notify.kill()
  }

  startBus(): void {
    this.redis.start()
    this.notify.start()
  }

  cutBus(): void {
    this.redis.cut()
    this.notify.cut()
  }

  /** Nobody of realtime hears for a moment. */
  cutListeners(): void {
    for (const { process } of this.#replicas) this.redis.cutSubscribers(process)
    this.notify.cut()
  }

  #historyOf(pollId: number): TrueState[] {
    return this.truth.filter((state) => state.pollId === pollId)
  }

  #randomOf(name: string): Random {
    return randomOf(this.#options.seed, name)
  }

  #become(state: TrueState): void {
    this.truth.push(state)
    this.#newest.set(state.pollId, state)
  }

  #stateOf({ pollId, version, counts, atMs }: TrueState) {
    return { pollId, version, counts, status: 'open' as const, asOfUs: Math.floor(atMs * US_PER_MS) }
  }

  /** The newest state of each poll is said again by somebody who knows no more than that. */
  replay(): void {
    for (const [key, value] of this.redis.values) this.redis.publish(key, `[${String(value)}]`)
  }

  #publish(state: TrueState): void {
    const publisher = this.#random.pick(this.#publishers)
    const commitMs = Math.min(this.#random.next() * LONGEST_COMMIT_MS, state.atMs)
    const said = this.#stateOf({ ...state, atMs: state.atMs - commitMs })
    const delayMs = this.#random.pick([1, 1, 60]) * this.#random.next()
    publisher.process.deliver(delayMs, 'publish', () => publisher.bus.publishResults([said]))
  }

  /** Like votes: says everything again whenever its bus hears again. */
  #startPublisher(name: string): Publishing {
    const process = this.#process(`votes ${name}`)
    const bus = this.#busOf(process, ['progress'])
    bus.onReady(() => {
      const read = (): TrueState[] => [...this.#newest.values()]
      void process
        .exchange('database: republish', read, () => new Error('lost'))
        .then(
          (states) => bus.publishResults(states.map((state) => this.#stateOf(state))),
          () => undefined,
        )
    })
    void bus.start?.()
    return { process, bus }
  }

  #startReplica(index: number): void {
    const process = this.#process(`realtime ${index}`)
    const bus = this.#busOf(process, ['results'])
    const find = (pollId: number) => Promise.resolve({ pollId, options: OPTIONS })
    this.#replicas[index] = startRealtime({
      process,
      bus,
      reader: this.#reader(process),
      definitions: { find },
    })
  }

  #reader(process: SimProcess): ResultsReader {
    const failed = (): Error => unavailable('UNAVAILABLE', 'votes cannot be asked')
    const answer = (pollIds: readonly number[]): ReadState[] => {
      if (this.answers === 'nothing') throw failed()
      const isCopy = this.answers === 'copies'
      const states = isCopy ? this.#copies : [...this.#newest.values()]
      const asked = states.filter(({ pollId }) => pollIds.includes(pollId))
      const atMs = this.kernel.nowMs
      return asked.map((state) => ({ ...this.#stateOf(isCopy ? state : { ...state, atMs }), isCopy }))
    }
    return {
      read: (pollIds) =>
        new Promise<readonly ReadState[]>((resolve, reject) => {
          const patience = process.clock.setTimeout(() => reject(failed()), CALL_TIMEOUT_MS)
          process
            .exchange('votes: results', () => answer(pollIds), failed)
            .finally(() => patience.cancel())
            .then(resolve, reject)
        }),
    }
  }

  #observer(pollId: number, index: number): Observer {
    return new Observer({
      kernel: this.kernel,
      random: this.#randomOf(`observer ${index}`),
      name: `observer ${index}`,
      pollId,
      replicas: () => this.#replicas,
      slow: index > 3,
      says: index % 2 === 0,
      onDocument: (seen) => void this.seen.push(seen),
      onSent: (sent) => void this.sent.push(sent),
    })
  }

  #process(name: string): SimProcess {
    this.#processes += 1
    const random = this.#randomOf(`${name} ${this.#processes}`)
    const weather = (): Weather => this.#wayOf(random)
    return new SimProcess({ kernel: this.kernel, name, logger: silentLogger, skewMs: 0, weather })
  }

  #wayOf(random: Random): Weather {
    const slow = random.chance(this.trouble / 4) ? 1_000 : 2
    const lost = random.chance(this.trouble / 5) ? random.pick(['request', 'answer'] as const) : undefined
    return { thereMs: random.next() * slow, backMs: random.next() * slow, lost }
  }

  #arrivals(): readonly Arrival[] {
    const { loss } = this.#options
    const random = this.#weather
    if (random.chance(loss)) return []
    const arrival = (): Arrival => ({
      afterMs: random.next() * (random.chance(loss) ? 300 : 2),
      overtakes: random.chance(loss),
    })
    return random.chance(loss) ? [arrival(), arrival()] : [arrival()]
  }
}
