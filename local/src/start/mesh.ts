import type { ExpectedFailure } from '../expected-failure.js'
import { endProcesses, signalProcess, waitUntilGone } from '../processes/end-processes.js'
import { SupervisedProcess, type ProcessSpec, type SuperviseEvents } from '../processes/supervised-process.js'
import { GUARD } from '../postgres/guard-spec.js'
import type { RunJournal } from '../state/run-journal.js'
import type { Terminal } from '../terminal/terminal.js'
import { within } from '../within.js'
import type { MeshProcesses } from './mesh-processes.js'

/** Name of the server's own process in the run's record. */
const SERVER = 'postgres'

/** Recovery after a crash reads at most 2 GB of log: a minute on a slow disk. */
const POSTGRES_LIMIT_MS = 300_000
/** A service is ready in under a second; an old laptop under load needs some more. */
const SERVICES_LIMIT_MS = 60_000
/** An immediate shutdown of the server, and the end of killed processes, take some milliseconds. */
const KILL_WAIT_MS = 1000

export interface MeshDeps {
  readonly processes: MeshProcesses
  readonly journal: RunJournal
  readonly terminal: Terminal
  /** Hears of a process that cannot be kept running. */
  readonly onFailed: (failure: ExpectedFailure) => void
}

/** All processes of a run: started, kept alive and stopped together. */
export class Mesh {
  readonly #postgres: SupervisedProcess
  readonly #services: readonly SupervisedProcess[]

  constructor(private readonly deps: MeshDeps) {
    this.#postgres = this.#supervise(deps.processes.postgres)
    this.#services = deps.processes.services.map((spec) => this.#supervise(spec))
  }

  /** Resolves when the database accepts connections. */
  startPostgres(): Promise<void> {
    return within(this.#postgres.start(), POSTGRES_LIMIT_MS, 'PostgreSQL')
  }

  /** Resolves when all services are ready. They are started at once: each waits for what it needs. */
  async startServices(): Promise<void> {
    const starting = this.#services.map((service) =>
      within(service.start(), SERVICES_LIMIT_MS, service.spec.name),
    )
    await Promise.all(starting)
  }

  /** Stops one after the other, callers before those whom they call, the database last. */
  async stop(): Promise<void> {
    for (const service of this.#services) await service.stop()
    await this.#postgres.stop()
  }

  /** Ends everything at once. What was acknowledged is on the disk; the database recovers at its next start. */
  async kill(): Promise<void> {
    const { [SERVER]: server } = this.deps.journal.record.processes
    const ids = Object.values(this.deps.journal.record.processes)
    if (server !== undefined) signalProcess(server, 'SIGQUIT') // PostgreSQL's immediate shutdown: it ends its sessions too
    for (const each of [...this.#services, this.#postgres]) each.kill()
    const left = await waitUntilGone(ids, KILL_WAIT_MS)
    await endProcesses(left, 'SIGKILL', KILL_WAIT_MS)
  }

  #supervise(spec: ProcessSpec): SupervisedProcess {
    return new SupervisedProcess(spec, this.#events(spec.name))
  }

  #events(name: string): SuperviseEvents {
    const { journal, terminal, onFailed } = this.deps
    const shown = name === GUARD ? SERVER : name
    return {
      changed(self, told) {
        journal.noteProcess(name, self)
        if (name === GUARD) journal.noteProcess(SERVER, told)
      },
      line: (text) => terminal.line(shown, text),
      restarting: (how, waitMs) =>
        terminal.note(`${shown} ended (${how}): starting it again in ${waitMs} ms`),
      back: () => terminal.note(`${shown} is ready again`),
      failed: onFailed,
    }
  }
}
