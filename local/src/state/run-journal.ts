import type { ProcessId } from '../processes/process-id.js'
import { readRunRecord, removeRunRecord, writeRunRecord, type RunRecord } from './run-record.js'

/** Keeps run.json in step with what runs, so that the next start finds everything even after a `kill -9`. */
export class RunJournal {
  #record: RunRecord

  private constructor(
    private readonly state: string,
    record: RunRecord,
  ) {
    this.#record = record
  }

  /** Opens the journal of a state folder that this process has claimed. */
  static open(state: string): RunJournal {
    const record = readRunRecord(state)
    if (record === undefined) throw new Error(`${state} has not been claimed`)
    return new RunJournal(state, record)
  }

  /** What runs now. */
  get record(): RunRecord {
    return this.#record
  }

  /** Notes that the process called `name` is this one, or, without one, that it is gone. */
  noteProcess(name: string, id: ProcessId | undefined): void {
    const { [name]: _former, ...others } = this.#record.processes
    this.#write({ ...this.#record, processes: id === undefined ? others : { ...others, [name]: id } })
  }

  /** Notes that nothing of an earlier run is left. */
  noteNothingLeft(): void {
    this.#write({ ...this.#record, processes: {} })
  }

  /** Notes where everything of this run answers. */
  noteAddresses(ports: RunRecord['ports'], url: string): void {
    this.#write({ ...this.#record, ports, url })
  }

  /** Gives the state folder free. */
  close(): void {
    removeRunRecord(this.state)
  }

  #write(record: RunRecord): void {
    this.#record = record
    writeRunRecord(this.state, record)
  }
}
