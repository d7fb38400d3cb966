import type { Kernel } from '../kernel/kernel.js'
import type { Weather } from '../kernel/process.js'
import { randomOf, type Random } from '../kernel/random.js'

/** What processes exchange something with. */
export const engines = ['database', 'kafka', 'redis', 'polls', 'http'] as const
export type Engine = (typeof engines)[number]

/** By level 0 to 3: how many exchanges of a thousand are lost, and how many are slow. */
const LOST_PER_MILLE = [0, 2, 15, 60] as const
const SLOW_PER_MILLE = [0, 10, 40, 120] as const
const WAY_MS = 1.5
/** Beyond that a vote would be appended later than its voter's answer, which only a broker that stands still may do. */
const SLOW_MS = { kafka: 120, others: 400 }
/** An answer may come late whatever it says: an acknowledgement after its fold, for one. */
const SLOW_BACK_MS = 300
/** How long it takes to notice that something is lost: a connection that broke, or a time that ran out. */
const NOTICED_MS = [20, 20, 200, 1_400] as const

interface Trouble {
  awayUntilMs: number
  frozenUntilMs: number
}

interface Options {
  readonly kernel: Kernel
  readonly seed: number
  readonly levels: Readonly<Record<Engine, number>>
}

/** How exchanges fare with each engine, by its level of trouble, and while it is away or stands still. */
export class Climate {
  readonly #kernel: Kernel
  readonly #seed: number
  #calm = false
  #levels: Options['levels']
  readonly #troubles = new Map<Engine, Trouble>()
  readonly #randoms = new Map<string, Random>()

  constructor({ kernel, seed, levels }: Options) {
    this.#kernel = kernel
    this.#seed = seed
    this.#levels = levels
  }

  /** Nothing goes wrong any more, but what was lost by now. */
  clear(): void {
    this.#calm = true
    this.#levels = { database: 0, kafka: 0, redis: 0, polls: 0, http: 0 }
    this.#troubles.clear()
  }

  /** True once nothing goes wrong any more. */
  get isCalm(): boolean {
    return this.#calm
  }

  away(engine: Engine, lastsMs: number): void {
    this.#troubleOf(engine).awayUntilMs = this.#kernel.nowMs + lastsMs
  }

  freeze(engine: Engine, lastsMs: number): void {
    this.#troubleOf(engine).frozenUntilMs = this.#kernel.nowMs + lastsMs
  }

  isAway(engine: Engine): boolean {
    return this.#troubleOf(engine).awayUntilMs > this.#kernel.nowMs
  }

  /** How long until the engine goes on; 0 when it does not stand still. */
  standsStillMs(engine: Engine): number {
    return Math.max(0, this.#troubleOf(engine).frozenUntilMs - this.#kernel.nowMs)
  }

  /** The next exchange of a process; `what` begins with the engine and a colon, or is one with the bus. */
  next(process: string, what: string): Weather {
    const engine = engines.find((each) => what.startsWith(`${each}:`)) ?? 'redis'
    const random = this.#randomOf(process, engine)
    const wayMs = (): number => random.next() * WAY_MS
    if (this.isAway(engine)) return { thereMs: wayMs(), backMs: wayMs(), lost: 'request' }
    const level = this.#levels[engine]
    const waitMs = this.standsStillMs(engine)
    const isSlow = (): boolean => random.below(1000) < (SLOW_PER_MILLE[level] ?? 0)
    const slowMs = isSlow() ? random.next() * (engine === 'kafka' ? SLOW_MS.kafka : SLOW_MS.others) : 0
    const slowBackMs = isSlow() ? random.next() * SLOW_BACK_MS : 0
    const lost =
      random.below(1000) < (LOST_PER_MILLE[level] ?? 0)
        ? random.pick<'request' | 'answer'>(['request', 'answer'])
        : undefined
    const noticedMs = lost ? random.next() * random.pick(NOTICED_MS) : 0
    return { thereMs: wayMs() + waitMs + slowMs, backMs: wayMs() + slowBackMs + noticedMs, lost }
  }

  #troubleOf(engine: Engine): Trouble {
    const known = this.#troubles.get(engine)
    if (known) return known
    const fresh = { awayUntilMs: -1, frozenUntilMs: -1 }
    this.#troubles.set(engine, fresh)
    return fresh
  }

  #randomOf(process: string, engine: Engine): Random {
    const name = `${process}/${engine}`
    const known = this.#randoms.get(name)
    if (known) return known
    const fresh = randomOf(this.#seed, name)
    this.#randoms.set(name, fresh)
    return fresh
  }
}
