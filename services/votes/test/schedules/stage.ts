import { systemClock } from '@votestream/runtime'
import type { VoteStore } from '../../src/domain/ports.js'
import type { Answer, Gate } from './gate.js'
import type { LockWait, Witness } from './witness.js'

/** One replica's way to the record: its own pool of one connection, through a gate. */
export interface Session {
  readonly name: string
  readonly gate: Gate
  readonly store: VoteStore
  /** True while it does what it was started for. */
  isBusy: boolean
}

/** What a stage tells of its sessions. */
export interface StageHooks {
  /** The server is about to get a statement. */
  readonly onSent: (session: Session, label: string) => void
  /** The server has answered; whether the session hears it is another question. */
  readonly onAnswer: (session: Session, answer: Answer) => void
  /** The server process is gone, and its transaction with it. */
  readonly onGone: (session: Session) => void
  readonly onWait: (session: Session, wait: LockWait) => void
}

const NO_HOOKS: StageHooks = {
  onSent: () => undefined,
  onAnswer: () => undefined,
  onGone: () => undefined,
  onWait: () => undefined,
}

// Most statements are answered in less; only then is the server asked whether the statement waits for a lock.
const QUICK_MS = 8

/** Real sessions, of which each goes on by one statement when it is told to, and nobody does otherwise. */
export class Stage {
  readonly sessions: readonly Session[]
  readonly witness: Witness
  /** What happened, a line each. */
  readonly trace: string[] = []
  #hooks = NO_HOOKS
  #lost: { readonly session: Session; readonly pid: number }[] = []
  #wakeUp: () => void = () => undefined

  constructor(sessions: readonly Session[], witness: Witness) {
    this.sessions = sessions
    this.witness = witness
    for (const session of sessions) {
      session.gate.onChange = () => this.#wakeUp()
      session.gate.onAnswer = (answer) => {
        this.trace.push(`${session.name}:   ${answer.label} -> ${answer.state ?? answer.tag}`)
        this.#hooks.onAnswer(session, answer)
      }
    }
  }

  /** Empties the tables and closes the gates. */
  async begin(hooks: StageHooks = NO_HOOKS): Promise<void> {
    this.#hooks = hooks
    this.trace.length = 0
    await this.witness.wipe()
    for (const { gate } of this.sessions) gate.isOpen = false
  }

  /** Lets a session begin; it stops before its first statement. */
  start<T>(session: Session, run: (store: VoteStore) => Promise<T>): Promise<T> {
    session.isBusy = true
    return run(session.store).finally(() => {
      session.isBusy = false
      this.#wakeUp()
    })
  }

  /** Who has a statement at its gate. */
  get held(): readonly Session[] {
    return this.sessions.filter(({ gate, isBusy }) => isBusy && gate.held !== undefined)
  }

  /** Who works, or waits for a lock. */
  get moving(): readonly Session[] {
    return this.sessions.filter(({ gate, isBusy }) => isBusy && gate.held === undefined)
  }

  /** Lets one statement of a session go, until it is answered or waits for a lock of a session that stands at its gate. */
  async step(session: Session, answer: 'told' | 'lost' = 'told'): Promise<void> {
    const label = session.gate.held ?? ''
    this.trace.push(`${session.name}: ${label}${answer === 'lost' ? ' (its answer will be lost)' : ''}`)
    if (answer === 'lost') this.#lost.push({ session, pid: session.gate.pid })
    this.#hooks.onSent(session, label)
    session.gate.letGo(answer)
    await this.settle()
  }

  /** Ends a session's server process while its statement is at the gate. */
  async kill(session: Session): Promise<void> {
    this.trace.push(`${session.name}: killed before ${session.gate.held ?? ''}`)
    const { pid } = session.gate
    await this.witness.terminate(pid)
    if (session.gate.pid === pid) session.gate.cut() // the session has not noticed yet
    this.#hooks.onGone(session)
    await this.settle()
  }

  /** Waits until everybody stands at a gate, is done, or waits for somebody at a gate. */
  async settle(): Promise<void> {
    for (;;) {
      await this.#still()
      const gone = this.#lost.filter(({ session }) => session.gate.sent === undefined)
      if (gone.length === 0) return
      this.#lost = this.#lost.filter((each) => !gone.includes(each))
      for (const { session, pid } of gone) {
        await this.witness.terminate(pid)
        this.#hooks.onGone(session)
      }
    }
  }

  /** Opens the gates; what is still going on is broken off and rolled back. */
  async end(): Promise<void> {
    this.#hooks = NO_HOOKS
    this.#lost = []
    for (const { gate } of this.sessions) gate.isOpen = true
    for (const { gate, isBusy } of this.sessions)
      if (isBusy) {
        const { pid } = gate
        gate.cut()
        await this.witness.terminate(pid)
      }
    while (this.sessions.some(({ isBusy }) => isBusy)) await systemClock.sleep(1)
  }

  async #still(): Promise<void> {
    while (this.moving.length > 0) {
      const changed = new Promise<true>((resolve) => (this.#wakeUp = () => resolve(true)))
      if (this.moving.length === 0) return
      const isQuick = await Promise.race([changed, systemClock.sleep(QUICK_MS)])
      if (isQuick !== true && (await this.#allWaitForTheHeld())) return
    }
  }

  /** True when nobody who moves can go on before somebody at a gate does. */
  async #allWaitForTheHeld(): Promise<boolean> {
    const moving = this.moving.filter(({ gate }) => gate.sent !== undefined)
    const waits = await this.witness.readWaits(moving.map(({ gate }) => gate.pid))
    const stopped = new Set(this.held.map(({ gate }) => gate.pid))
    const isStopped = ({ pid, behind }: LockWait): boolean =>
      !stopped.has(pid) && behind.some((each) => stopped.has(each))
    for (let wait = waits.find(isStopped); wait; wait = waits.find(isStopped)) stopped.add(wait.pid)
    if (!this.moving.every(({ gate }) => gate.sent !== undefined && stopped.has(gate.pid))) return false
    for (const session of moving) this.#tellWait(session, waits)
    return true
  }

  #tellWait(session: Session, waits: readonly LockWait[]): void {
    const wait = waits.find(({ pid }) => pid === session.gate.pid)
    if (!wait) return
    const names = this.sessions.filter(({ gate }) => wait.behind.includes(gate.pid)).map(({ name }) => name)
    this.trace.push(`${session.name}:   waits behind ${names.join(', ')}`)
    this.#hooks.onWait(session, wait)
  }
}
