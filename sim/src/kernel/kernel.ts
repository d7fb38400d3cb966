import type { Scheduled } from '@votestream/runtime'
import { setImmediate } from 'node:timers'
import { setImmediate as turn } from 'node:timers/promises'
import type { Random } from './random.js'

/** Beyond this nothing is gained. */
const TURNS_AT_ONCE = 64

interface Event {
  readonly atMs: number
  /** Decides between events of one moment. */
  readonly order: number
  readonly label: string
  readonly run: () => void
}

export interface KernelOptions {
  readonly random: Random
  /** Told of every event, for a trace. */
  readonly onEvent?: (nowMs: number, label: string) => void
}

/** Virtual time: events happen one after another, those of one moment in an order that the seed chooses. */
export class Kernel {
  readonly random: Random
  readonly #onEvent: KernelOptions['onEvent']
  /** A binary heap. */
  readonly #events: Event[] = []
  readonly #cancelled = new Set<Event>()
  #nowMs = 0

  constructor({ random, onEvent }: KernelOptions) {
    this.random = random
    this.#onEvent = onEvent
  }

  get nowMs(): number {
    return this.#nowMs
  }

  /** Has something happen after `ms` of virtual time. */
  after(ms: number, label: string, run: () => void): Scheduled {
    const event = { atMs: this.#nowMs + Math.max(0, ms), order: this.random.next(), label, run }
    this.#push(event)
    return { cancel: () => void this.#cancelled.add(event) }
  }

  /** Lets happen all that is due until then; all promises settle between two events. */
  async run(untilMs: number): Promise<void> {
    await turn()
    for (let more = true; more;) more = await this.#someTurns(untilMs)
    this.#nowMs = untilMs
  }

  /** False when nothing is due any more. One event a turn; many turns are asked for at once, since each by itself would poll the system. */
  #someTurns(untilMs: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      for (let left = TURNS_AT_ONCE; left > 0; left--)
        setImmediate(() => {
          try {
            const more = this.#happenNext(untilMs)
            if (left === 1) setImmediate(() => resolve(more))
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)))
          }
        })
    })
  }

  #happenNext(untilMs: number): boolean {
    for (let event = this.#peek(); event && event.atMs <= untilMs; event = this.#peek()) {
      this.#pop()
      if (this.#cancelled.delete(event)) continue
      this.#nowMs = Math.max(this.#nowMs, event.atMs)
      this.#onEvent?.(this.#nowMs, event.label)
      event.run()
      return true
    }
    return false
  }

  #peek(): Event | undefined {
    return this.#events[0]
  }

  #push(event: Event): void {
    const heap = this.#events
    let at = heap.push(event) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(event, heap[parent])) break
      heap[at] = heap[parent] as Event
      at = parent
    }
    heap[at] = event
  }

  #pop(): void {
    const heap = this.#events
    const last = heap.pop()
    if (!last || heap.length === 0) return
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const child = isBefore(heap[left + 1], heap[left]) ? left + 1 : left
      if (!isBefore(heap[child], last)) break
      heap[at] = heap[child] as Event
      at = child
    }
    heap[at] = last
  }
}

const isBefore = (a: Event | undefined, b: Event | undefined): boolean =>
  a !== undefined && (b === undefined || a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order))
