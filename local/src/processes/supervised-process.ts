import { EXIT_CONFIG, ExpectedFailure } from '../expected-failure.js'
import { backOff } from './back-off.js'
import { signalProcess, waitUntilGone } from './end-processes.js'
import { launch, type Ending, type Launched, type LaunchSpec } from './launch.js'
import { identify, type ProcessId } from './process-id.js'
import { untilReady } from './until-ready.js'

export interface ProcessSpec extends LaunchSpec {
  readonly name: string
  /** Answers 200 once the process can work; without one its own word, `{ type: 'serving' }`, is enough. */
  readonly readyUrl?: string
  /** How long it may take to end after SIGTERM. */
  readonly stopGraceMs: number
}

/** What happens to a supervised process, for the record and for people. */
export interface SuperviseEvents {
  /** It was started (`told` is a further process that it told of), or, without processes, it ended. */
  changed(self?: ProcessId, told?: ProcessId): void
  /** A line of its output. */
  line(text: string): void
  /** It ended, not at our request, and is started again after `waitMs`. */
  restarting(how: string, waitMs: number): void
  /** It is ready again after a restart. */
  back(): void
  /** It was ready before, and now it cannot be started again. */
  failed(failure: ExpectedFailure): void
}

/** At the start a process that dies this often in a row is not going to live: some three seconds. */
const MOST_FAILED_STARTS = 5
/** How long the kernel may take to remove a killed process. */
const KILL_WAIT_MS = 2000

/** Keeps a process running: starts it again, with growing waits, whenever it ends by itself. */
export class SupervisedProcess {
  readonly #waits = backOff()
  #current: Launched | undefined
  #retry: NodeJS.Timeout | undefined
  #stopping = false
  #wasReady = false
  /** The one that runs now became ready. */
  #isReady = false
  #failedStarts = 0
  #settleStart: { resolve(): void; reject(failure: Error): void } | undefined

  constructor(
    readonly spec: ProcessSpec,
    private readonly events: SuperviseEvents,
  ) {}

  /** Starts it and resolves when it is ready for the first time; rejects when it cannot be. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settleStart = { resolve, reject }
      this.#launch()
    })
  }

  /** Asks it to end and resolves when it is gone; it is not started again. */
  async stop(): Promise<void> {
    this.#stopStarting()
    const id = this.#current?.id
    if (id === undefined) return
    signalProcess(id, 'SIGTERM')
    if ((await waitUntilGone([id], this.spec.stopGraceMs)).length === 0) return
    this.events.line(`did not stop within ${this.spec.stopGraceMs} ms and is killed`)
    signalProcess(id, 'SIGKILL')
    await waitUntilGone([id], KILL_WAIT_MS)
  }

  /** Kills it at once. */
  kill(): void {
    this.#stopStarting()
    if (this.#current?.id !== undefined) signalProcess(this.#current.id, 'SIGKILL')
  }

  #stopStarting(): void {
    this.#stopping = true
    clearTimeout(this.#retry)
  }

  #launch(): void {
    const current = launch(this.spec, (line) => this.events.line(line))
    this.#current = current
    this.#isReady = false
    this.events.changed(current.id)
    const onPid = (pid: number): void => this.events.changed(current.id, identify(pid))
    untilReady(current.child, this.spec.readyUrl, current.ended, onPid).then(
      () => this.#onReady(),
      () => undefined, // it ended first
    )
    void current.ending.then((ending) => this.#onEnd(ending))
  }

  #onReady(): void {
    if (this.#wasReady) this.events.back()
    this.#wasReady = true
    this.#isReady = true
    this.#settleStart?.resolve()
  }

  #onEnd({ code, how, livedMs }: Ending): void {
    this.#current = undefined
    this.events.changed()
    if (this.#stopping) return
    this.#failedStarts += 1
    const { name } = this.spec
    if (code === EXIT_CONFIG) {
      this.#giveUp(new ExpectedFailure(`${name} cannot run like this: see its message above`, EXIT_CONFIG))
    } else if (!this.#wasReady && this.#failedStarts >= MOST_FAILED_STARTS) {
      this.#giveUp(
        new ExpectedFailure(`${name} ended ${this.#failedStarts} times before it was ready: see above`),
      )
    } else {
      // One that was asked to stop by somebody else, for a restart in order, is well: it is back at once.
      const waitMs = code === 0 && this.#isReady ? 0 : this.#waits.next(livedMs)
      this.events.restarting(how, waitMs)
      this.#retry = setTimeout(() => this.#launch(), waitMs)
    }
  }

  #giveUp(failure: ExpectedFailure): void {
    if (this.#wasReady) this.events.failed(failure)
    else this.#settleStart?.reject(failure)
  }
}
