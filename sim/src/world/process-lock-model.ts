import type { ProcessLock } from '@votestream/votes/adapters/direct/process-lock.js'
import type { SimProcess } from '../kernel/process.js'
import type { World } from './world.js'

const RETRY_MS = 500
/** A process notices that its connection is gone at once, or only when it is used. */
const NOTICED_WITHIN_MS = 1_500

/** The advisory lock of the direct log: one session has it, and loses it with its connection. */
export class LockModel {
  readonly #world: World
  #holder: { readonly process: SimProcess; readonly onLost: () => void } | undefined

  constructor(world: World) {
    this.#world = world
  }

  /** The adapter of one process. */
  of(process: SimProcess): ProcessLock {
    let held = false
    let stopped = false
    const take = async (): Promise<void> => {
      try {
        await process.exchange(
          'database: take lock',
          () => this.#take(process, lose),
          () => new Error('Connection terminated'),
        )
        held = true
      } catch {
        again()
      }
    }
    const again = (): void => {
      if (!stopped) process.clock.setTimeout(() => void take(), RETRY_MS)
    }
    const lose = (): void => {
      const noticedMs = this.#world.kernel.random.next() * NOTICED_WITHIN_MS
      process.deliver(noticedMs, 'database: lock lost', () => {
        held = false
        again()
      })
    }
    return {
      start: () => Promise.resolve(void take()),
      stop: () => Promise.resolve(void (stopped = true)),
      get held() {
        return held
      },
    }
  }

  /** Its connection breaks; the process hears of it later. */
  lose(): void {
    const holder = this.#holder
    if (!holder) return
    this.#holder = undefined
    this.#world.coverage.count('lock lost')
    holder.onLost()
  }

  /** The server notices that a process is dead. */
  release(process: SimProcess): void {
    if (this.#holder?.process === process) this.#holder = undefined
  }

  #take(process: SimProcess, onLost: () => void): void {
    if (!process.alive) return // its connection is gone as well
    if (this.#holder && this.#holder.process !== process) throw new Error('another process holds the lock')
    this.#holder = { process, onLost }
  }
}
