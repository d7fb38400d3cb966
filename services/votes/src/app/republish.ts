import type { Clock, Component, Logger } from '@votestream/runtime'
import type { ResultsPublisher, VoteStore } from '../domain/ports.js'
import type { Results } from '../domain/results.js'

/** One page is read in a few milliseconds and makes one message of some 30 KiB. */
const POLLS_PER_PAGE = 500
/** At most 10,000 polls a second: 100,000 are whole again within the 10 s of C6, and votes keep most of the way. */
const PAUSE_MS = 50
const RETRY_MS = 1_000

export interface Republish extends Component {
  /** Publishes every poll's results soon; asked while that is under way, once more from the start. */
  ask(): void
  /** Publishes what the store says of these polls from now on, soon. */
  again(pollIds: readonly number[]): void
  stop(): Promise<void>
}

interface Deps {
  readonly store: Pick<VoteStore, 'readResultsAfter' | 'readResults'>
  readonly publisher: ResultsPublisher
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Repairs the live view: hands the results of all polls to the publisher, page by page. To be asked whenever something that was
 * committed may not have been published: at the start, when the view is back, when another process's partitions come here.
 */
export const makeRepublish = (deps: Deps): Republish => new PagedRepublish(deps)

class PagedRepublish implements Republish {
  readonly #deps: Deps
  readonly #stopped = new AbortController()
  #isAsked = false
  readonly #again = new Set<number>()
  #isFailing = false
  #running: Promise<void> | undefined

  constructor(deps: Deps) {
    this.#deps = deps
  }

  ask(): void {
    this.#isAsked = true
    this.#wake()
  }

  again(pollIds: readonly number[]): void {
    for (const pollId of pollIds) this.#again.add(pollId)
    this.#wake()
  }

  #wake(): void {
    if (!this.#isStopped()) this.#running ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#running
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted
  }

  async #run(): Promise<void> {
    while ((this.#isAsked || this.#again.size > 0) && !this.#isStopped()) {
      await this.#publishAgain()
      if (!this.#isAsked || this.#isStopped()) continue
      this.#isAsked = false
      const polls = await this.#publishAll()
      if (!this.#isStopped()) this.#deps.logger.info({ polls }, 'results published again')
    }
    this.#running = undefined
  }

  async #publishAgain(): Promise<void> {
    while (this.#again.size > 0 && !this.#isStopped()) {
      const pollIds = this.#takeAgain()
      const page = await this.#read((store) => store.readResults(pollIds))
      if (page) this.#deps.publisher.publishResults(page)
      else for (const pollId of pollIds) this.#again.add(pollId)
      await this.#wait(page ? PAUSE_MS : RETRY_MS)
    }
  }

  /** One page, without a copy of the rest: after a FLUSHALL it is every poll. */
  #takeAgain(): readonly number[] {
    const pollIds: number[] = []
    for (const pollId of this.#again) {
      if (pollIds.length === POLLS_PER_PAGE) break
      this.#again.delete(pollId)
      pollIds.push(pollId)
    }
    return pollIds
  }

  async #publishAll(): Promise<number> {
    let published = 0
    let after = 0
    while (!this.#isStopped()) {
      const page = await this.#read((from) => from.readResultsAfter(after, POLLS_PER_PAGE))
      if (!page) {
        await this.#wait(RETRY_MS)
        continue
      }
      if (page.length > 0) this.#deps.publisher.publishResults(page)
      published += page.length
      if (page.length < POLLS_PER_PAGE) break
      after = page.at(-1)?.pollId ?? after
      await this.#wait(PAUSE_MS)
    }
    return published
  }

  /** Undefined when the store cannot be read now. */
  async #read(
    read: (store: Deps['store']) => Promise<readonly Results[]>,
  ): Promise<readonly Results[] | undefined> {
    const { store, logger } = this.#deps
    try {
      const page = await read(store)
      this.#isFailing = false
      return page
    } catch (error) {
      if (!this.#isFailing) logger.warn({ err: error }, 'the live view cannot be repaired yet; trying again')
      this.#isFailing = true
      return undefined
    }
  }

  #wait(ms: number): Promise<void> {
    return this.#deps.clock.sleep(ms, this.#stopped.signal).catch(() => undefined)
  }
}
