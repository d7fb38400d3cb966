import type { Logger } from '@votestream/runtime'
import { Kernel } from '../kernel/kernel.js'
import { SimProcess } from '../kernel/process.js'
import { hashOf, randomOf, type Random } from '../kernel/random.js'
import { Coverage } from './coverage.js'
import { Climate, type Engine } from './weather.js'

/** The last events are what a person reads first. */
const TRACE_KEPT = 200

interface Options {
  readonly seed: number
  readonly levels: Readonly<Record<Engine, number>>
  /** Told of every event. */
  readonly onTrace?: ((line: string) => void) | undefined
}

/** Time, chance, weather and processes of one run, and what is noted of it. */
export class World {
  readonly kernel: Kernel
  readonly climate: Climate
  readonly coverage = new Coverage()
  readonly violations: string[] = []
  readonly #options: Options
  readonly #trace: string[] = []
  readonly #ambushes = new Map<string, { readonly what: string; readonly act: () => void }>()
  #hash = hashOf('')

  constructor(options: Options) {
    this.#options = options
    this.kernel = new Kernel({
      random: this.random('order of events'),
      onEvent: (_nowMs, label) => this.note(label),
    })
    this.climate = new Climate({ kernel: this.kernel, ...options })
  }

  /** Says whether two runs were the same, event by event. */
  get traceHash(): string {
    return this.#hash.toString(16)
  }

  get trace(): readonly string[] {
    return this.#trace.slice(-TRACE_KEPT)
  }

  random(name: string): Random {
    return randomOf(this.#options.seed, name)
  }

  process(name: string, skewMs = 0): SimProcess {
    const weather = (what: string) => this.climate.next(name, what)
    const onSent = (what: string): void => this.#spring(name, what)
    return new SimProcess({
      kernel: this.kernel,
      name,
      logger: this.#loggerOf(name),
      skewMs,
      weather,
      onSent,
    })
  }

  /** Has something happen to a process at once after it has sent such a thing: while nobody has answered. */
  ambush(name: string, what: string, act: () => void): void {
    this.#ambushes.set(name, { what, act })
  }

  #spring(name: string, what: string): void {
    const ambush = this.#ambushes.get(name)
    if (ambush?.what !== what) return
    this.#ambushes.delete(name)
    this.kernel.after(0, `${name}: ambushed at ${what}`, ambush.act)
  }

  /** Nothing goes wrong any more. */
  calm(): void {
    this.climate.clear()
    this.#ambushes.clear()
  }

  note(text: string): void {
    const line = `${this.kernel.nowMs.toFixed(3)} ${text}`
    this.#hash = hashOf(line, this.#hash)
    this.#trace.push(line)
    if (this.#trace.length > 2 * TRACE_KEPT) this.#trace.splice(0, TRACE_KEPT)
    this.#options.onTrace?.(line)
  }

  violated(what: string): void {
    this.note(`VIOLATION: ${what}`)
    this.violations.push(`${what} (at ${Math.round(this.kernel.nowMs)} ms)`)
  }

  #loggerOf(name: string): Logger {
    const say =
      (level: string) =>
      (...args: unknown[]) => {
        const [fields, text] = typeof args[0] === 'string' ? [undefined, args[0]] : args
        const error = (fields as { readonly err?: Error } | undefined)?.err
        this.note(`${name} ${level}: ${String(text)}${error ? ` (${error.message})` : ''}`)
        if (level === 'fatal') this.violated(`${name} says fatal: ${String(text)}`)
      }
    const nothing = (): void => undefined
    const logger = {
      ...{ fatal: say('fatal'), error: say('error'), warn: say('warn'), info: say('info') },
      ...{ debug: nothing, trace: nothing, level: 'info', child: () => logger },
    }
    return logger as unknown as Logger
  }
}
