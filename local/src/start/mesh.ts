import type { ExpectedFailure } from '../expected-failure.js'
import { endProcesses, signalProcess, waitUntilGone } from '../processes/end-processes.js'
import { engineOfGuard } from '../processes/guards.js'
import { SupervisedProcess, type ProcessSpec, type SuperviseEvents } from '../processes/supervised-process.js'
import type { RunJournal } from '../state/run-journal.js'
import { fatalMessage } from '../terminal/log-line.js'
import type { Terminal } from '../terminal/terminal.js'
import { within } from '../within.js'
import { SERVICES, type ServiceName } from './replicas.js'

/** Recovery after a crash reads at most 2 GB of log: a minute on a slow disk. */
const POSTGRES_LIMIT_MS = 300_000
/** A service is ready in under a second; an old laptop under load needs some more. */
const SERVICES_LIMIT_MS = 60_000
/** An immediate shutdown of the server, and the end of killed processes, take some milliseconds. */
const KILL_WAIT_MS = 1000

export interface MeshDeps {
  readonly postgres: ProcessSpec
  readonly services: Readonly<Record<ServiceName, readonly ProcessSpec[]>>
  readonly journal: RunJournal
  readonly terminal: Terminal
  /** Hears of a process that cannot be kept running. */
  readonly onFailed: (failure: ExpectedFailure) => void
}

/** All processes of a run: started, kept alive and stopped together. */
export class Mesh {
  readonly #postgres: SupervisedProcess
  /** The replicas of each service, in the order of their stop. */
  readonly #services: readonly (readonly SupervisedProcess[])[]
  /** Kafka and Redis, as far as they are ours and have been found. */
  readonly #engines: SupervisedProcess[] = []
  #ending = false
  #lastWords: string | undefined

  constructor(private readonly deps: MeshDeps) {
    this.#postgres = this.#supervise(deps.postgres)
    this.#services = SERVICES.map((service) => deps.services[service].map((spec) => this.#supervise(spec)))
  }

  /** The last that one of the processes said when it could not go on. */
  get lastWords(): string | undefined {
    return this.#lastWords
  }

  /** Resolves when the database accepts connections. */
  startPostgres(): Promise<void> {
    return within(this.#postgres.start(), POSTGRES_LIMIT_MS, 'PostgreSQL')
  }

  /** Starts a further engine and resolves when it serves; rejects when the run is over. */
  async startEngine(name: string, spec: ProcessSpec, limitMs: number): Promise<void> {
    if (this.#ending) throw new Error(`${name} is not started any more`)
    const engine = this.#supervise(spec)
    this.#engines.push(engine)
    await within(engine.start(), limitMs, name)
  }

  /** Resolves when all services are ready. They are started at once: each waits for what it needs. */
  async startServices(): Promise<void> {
    if (this.#ending) throw new Error('services are not started any more')
    const services = this.#services.flat()
    await Promise.all(
      services.map((service) => within(service.start(), SERVICES_LIMIT_MS, service.spec.name)),
    )
  }

  /** Stops one service after the other, callers before those whom they call, then the engines, the database last. */
  async stop(): Promise<void> {
    this.#ending = true
    for (const replicas of this.#services) await stopAll(replicas)
    await stopAll(this.#engines)
    await this.#postgres.stop()
  }

  /** Ends everything at once. What was acknowledged is on the disk; the database recovers at its next start. */
  async kill(): Promise<void> {
    this.#ending = true
    const { postgres } = this.deps.journal.record.processes
    const ids = Object.values(this.deps.journal.record.processes)
    if (postgres !== undefined) signalProcess(postgres, 'SIGQUIT') // its immediate shutdown: it ends its sessions too
    for (const each of [...this.#services.flat(), ...this.#engines, this.#postgres]) each.kill()
    const left = await waitUntilGone(ids, KILL_WAIT_MS)
    await endProcesses(left, 'SIGKILL', KILL_WAIT_MS)
  }

  #supervise(spec: ProcessSpec): SupervisedProcess {
    return new SupervisedProcess(spec, this.#events(spec.name))
  }

  #events(name: string): SuperviseEvents {
    const { journal, terminal, onFailed } = this.deps
    const engine = engineOfGuard(name)
    const shown = engine ?? name
    return {
      changed(self, told) {
        journal.noteProcess(name, self)
        if (engine !== undefined) journal.noteProcess(engine, told)
      },
      line: (text) => {
        terminal.line(shown, text)
        const fatal = fatalMessage(text)
        if (fatal !== undefined) this.#lastWords = `${shown}: ${fatal}`
      },
      restarting: (how, waitMs) =>
        terminal.note(`${shown} ended (${how}): starting it again${waitMs === 0 ? '' : ` in ${waitMs} ms`}`),
      back: () => terminal.note(`${shown} is ready again`),
      failed: onFailed,
    }
  }
}

async function stopAll(processes: readonly SupervisedProcess[]): Promise<void> {
  await Promise.all(processes.map((each) => each.stop()))
}
