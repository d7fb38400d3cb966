import { documentOf, type PollDefinition, type ReadState, type ResultsState } from './results.js'

/** What every viewer of a room is sent, encoded once for all of them. */
export interface Frame {
  /** Grows whenever viewers have to be sent something new. */
  readonly revision: number
  readonly version: number
  readonly json: Buffer
}

/**
 * What is known about one poll, and how well: the newest version wins, whatever is lost, repeated or comes out of order. Times are local monotonic
 * milliseconds.
 */
export class Room {
  readonly pollId: number
  readonly #definition: PollDefinition
  readonly #staleAfterMs: number
  #state: ResultsState | undefined
  /** The newest that was heard before the first reading: it may be an old copy. */
  #early: ResultsState | undefined
  #confirmedAtMs = -Infinity
  #stale = false
  #revision = 0
  #frame: Frame | undefined

  /** A number is stale once it was not confirmed for `staleAfterMs`. */
  constructor(definition: PollDefinition, staleAfterMs: number) {
    this.pollId = definition.pollId
    this.#definition = definition
    this.#staleAfterMs = staleAfterMs
  }

  /** The newest version that is known; undefined while nothing is. */
  get version(): number | undefined {
    return this.#state?.version
  }

  get revision(): number {
    return this.#revision
  }

  get stale(): boolean {
    return this.#stale
  }

  /** When the number was last known to be true; -Infinity while it never was. */
  get confirmedAtMs(): number {
    return this.#confirmedAtMs
  }

  /** What viewers should see now; undefined while nothing is known. */
  get frame(): Frame | undefined {
    if (this.#state === undefined) return undefined
    this.#frame ??= {
      revision: this.#revision,
      version: this.#state.version,
      json: Buffer.from(JSON.stringify(documentOf(this.#definition, this.#state, this.#stale))),
    }
    return this.#frame
  }

  /** Takes a state that was said on the bus. A newer one was the truth a moment ago; an older or a repeated one says nothing about now. */
  hear(state: ResultsState, nowMs: number): void {
    if (this.#state === undefined) {
      if (state.version > (this.#early?.version ?? -1)) this.#early = state
      return
    }
    if (this.#isNewer(state)) this.#confirm(state, nowMs)
    this.checkFreshness(nowMs)
  }

  /**
   * Takes a state that was read from its owner; the reading began at `readAtMs`, and includes all that was counted by then. One that is older than what is
   * known confirms nothing, and neither does a copy: a newer one is shown, stale until its number is confirmed.
   */
  read(state: ReadState, readAtMs: number, nowMs: number): void {
    if (state.isCopy) this.#glimpse(state)
    else if (state.version >= (this.#state?.version ?? 0)) {
      this.#confirm(state, readAtMs)
      if (this.#early && this.#isNewer(this.#early)) this.#confirm(this.#early, nowMs)
    }
    this.#early = undefined
    this.checkFreshness(nowMs)
  }

  /** Notices when the number has become stale, or has healed. */
  checkFreshness(nowMs: number): void {
    const stale = nowMs - this.#confirmedAtMs > this.#staleAfterMs
    if (this.#state === undefined || stale === this.#stale) return
    this.#stale = stale
    this.#revise()
  }

  #isNewer({ version }: ResultsState): boolean {
    return this.#state === undefined || version > this.#state.version
  }

  #confirm(state: ResultsState, atMs: number): void {
    const isNews = this.#isNewer(state)
    this.#adopt(state)
    this.#confirmedAtMs = Math.max(this.#confirmedAtMs, atMs)
    if (isNews) this.#revise()
  }

  #glimpse(state: ResultsState): void {
    if (!this.#isNewer(state)) return
    this.#adopt(state)
    this.#confirmedAtMs = -Infinity
    this.#revise()
  }

  #adopt(state: ResultsState): void {
    // Two versions may have been read in the other order than they were made: time does not go back either.
    this.#state = { ...state, asOfUs: Math.max(state.asOfUs, this.#state?.asOfUs ?? 0) }
    this.#frame = undefined
  }

  #revise(): void {
    this.#revision += 1
    this.#frame = undefined
  }
}
