import { deadlineExceeded, toAppError, unavailable, type AppError } from '@votestream/errors'
import type { SimProcess } from '../kernel/process.js'
import type { World } from '../world/world.js'
import { Inbox } from './inbox.js'
import type { VotesReplica } from './votes-process.js'

const WAY_MS = 1.5
/** So that what one stream sends arrives in order: the kernel shuffles what happens at the same time. */
const TICK_MS = 0.000_1
/** A call that breaks does so within this. */
const CUT_WITHIN_MS = 60
/** How soon the far end learns that a process died. */
const RESET_MS = 5

export type Method = 'CastVotes' | 'GetResults' | 'GetVote' | 'ClosePoll'

export const unreachable = (): AppError =>
  unavailable('UNREACHABLE', 'the service cannot be reached', { retryAfterMs: 1_000 })

/** How a call breaks: before it arrives, or after. */
export type Break = 'lost' | 'cut' | undefined

interface Options {
  readonly world: World
  /** Who calls. */
  readonly process: SimProcess
  readonly replica: VotesReplica
  readonly method: Method
  readonly request: object
  readonly timeoutMs: number
  readonly breaks: Break
  readonly onDeath: (replica: VotesReplica, tell: () => void) => () => void
}

/** One call from one process to one replica of votes; its messages arrive in order. */
export class Call {
  readonly inbox = new Inbox()
  readonly #options: Options
  /** Aborted for the replica once the caller is gone, or its time is up. */
  readonly #gone = new AbortController()
  readonly #stop: () => void
  #over = false
  #atMs: number

  constructor(options: Options) {
    this.#options = options
    const { world, process, replica, timeoutMs, breaks, onDeath } = options
    const { kernel } = world
    this.#atMs = kernel.nowMs
    const expire = (): void => this.leave(deadlineExceeded('DEADLINE_EXCEEDED', 'no answer in time'))
    const timer = process.clock.setTimeout(expire, timeoutMs)
    const reset = (): void => this.leave(unreachable())
    const forget = onDeath(replica, () => process.deliver(RESET_MS, 'votes: reset', reset))
    this.#stop = () => {
      timer.cancel()
      forget()
    }
    if (breaks) process.deliver(kernel.random.next() * CUT_WITHIN_MS, `votes: call ${breaks}`, reset)
    if (breaks !== 'lost')
      replica.process.deliver(this.#wayMs(), `votes: ${options.method}`, () => void this.#serve())
  }

  /** The caller hears nothing more; the replica learns so later. */
  leave(error?: AppError): void {
    if (this.#over) return
    this.#over = true
    this.#stop()
    this.inbox.end(error)
    this.#options.replica.process.deliver(this.#wayMs(), 'votes: call over', () => this.#gone.abort())
  }

  #wayMs(): number {
    return this.#options.world.kernel.random.next() * WAY_MS
  }

  #arrive(act: () => void): void {
    const { world, process, method } = this.#options
    const { nowMs } = world.kernel
    this.#atMs = Math.max(this.#atMs + TICK_MS, nowMs + this.#wayMs())
    process.deliver(this.#atMs - nowMs, `votes: ${method} answer`, act)
  }

  /** At the replica. */
  async #serve(): Promise<void> {
    const { replica, timeoutMs } = this.#options
    const { clock } = replica.process
    const deadline = clock.setTimeout(() => this.#gone.abort(), timeoutMs)
    const context = { requestId: 'r', deadlineAt: clock.now() + timeoutMs, signal: this.#gone.signal }
    try {
      for await (const message of this.#messages(context)) {
        if (this.#gone.signal.aborted) return
        this.#arrive(() => this.inbox.push(message))
      }
      this.#arrive(() => this.leave())
    } catch (error) {
      this.#arrive(() => this.leave(toAppError(error)))
    } finally {
      deadline.cancel()
    }
  }

  async *#messages(context: object): AsyncGenerator<object> {
    const { replica, method, request } = this.#options
    const handler = replica.handlers[method] as unknown as Handler
    const answer = handler(request, context)
    if (Symbol.asyncIterator in answer) yield* answer
    else yield await answer
  }
}

type Handler = (request: object, context: object) => AsyncIterable<object> | Promise<object>
