import { partitionOf } from '@votestream/votes/domain/partition.js'
import { rowKey, type VoteDatabase, type VoteRow } from './world/vote-database.js'
import type { TopicModel } from './world/topic-model.js'
import type { World } from './world/world.js'
import type { Attempt, Ending, NotFound, Read } from './record.js'

interface Truth {
  readonly world: World
  readonly database: VoteDatabase
  /** Missing where the log is no topic. */
  readonly topic?: TopicModel | undefined
}

type Final = Extract<Ending, { readonly reason: string } | { readonly version: number }>

const textOf = (counts: readonly number[]): string => counts.join().replace(/(,0)+$|^0$/, '')

const resultsText = (database: VoteDatabase, pollId: number): string => JSON.stringify(database.rowOf(pollId))

const isFinal = (ending: Ending | undefined): ending is Final =>
  ending?.status === 'counted' || ending?.status === 'rejected'

const nameOf = ({ pollId, voteId, choice }: Attempt): string =>
  `vote ${voteId} for ${choice} of poll ${pollId}`

/** Holds what clients are told against what is committed at that moment, and at the end. */
export class Checks {
  readonly attempts: Attempt[] = []
  readonly #truth: Truth
  readonly #finals = new Map<string, Ending>()
  readonly #rejected: Attempt[] = []
  readonly #counted: Attempt[] = []
  readonly #notFound: NotFound[] = []
  readonly #highestRead = new Map<string, number>()
  /** By poll: what its results were when they were said to be final. */
  readonly #finalResults = new Map<number, string>()

  constructor(truth: Truth) {
    this.#truth = truth
  }

  /** C1 to C4 at the moment of an answer. */
  answered(attempt: Attempt, ending: Ending): void {
    const { world, topic } = this.#truth
    attempt.ending = ending
    attempt.toMs = world.kernel.nowMs
    world.note(`${nameOf(attempt)}: ${JSON.stringify(ending)}`)
    this.#consistent(attempt, ending)
    if (ending.status === 'counted') {
      this.#counted.push(attempt)
      if (this.#finalResults.has(attempt.pollId)) world.coverage.count('counted after the end')
      this.#isCounted(attempt, ending.version)
    } else if (ending.status === 'rejected') {
      this.#rejected.push(attempt)
      world.coverage.count(`rejected ${ending.reason}`)
      this.#isRejected(attempt, ending.reason)
    } else if (ending.status === 'pending' && !topic?.holds(attempt.voteId))
      world.violated(`${nameOf(attempt)} is said to be in the log, and is not`)
  }

  /** Right after a crash too: what was acknowledged is there. */
  nothingLost(): void {
    for (const attempt of this.#counted)
      if (!this.#isHolder(attempt)) this.#violated(attempt, 'was counted, and is gone')
  }

  /** polls was told that the results are final. */
  closed(pollId: number): void {
    const { world, database } = this.#truth
    const { status } = database.resultsOf(pollId)
    if (status !== 'closed') world.violated(`poll ${pollId} is said to be final, and is ${status}`)
    const said = this.#finalResults.get(pollId)
    this.#finalResults.set(pollId, said ?? resultsText(database, pollId))
  }

  /** The newest version that a reader was given so far. */
  newestRead(reader: string, pollId: number): number {
    return this.#highestRead.get(`${reader}/${pollId}`) ?? 0
  }

  /** C5: `from` is what was committed when the read began, and what its reader had been given by then. */
  read(read: Read, from: { readonly committed: number; readonly given: number }): void {
    const { world, database } = this.#truth
    const { pollId, version, counts, stale, reader } = read
    const name = `${reader} read version ${version} of poll ${pollId}`
    if (!stale && version < from.committed)
      world.violated(`${name}, and ${from.committed} was committed when it began`)
    if (version < from.given) world.violated(`${name} after ${from.given}`)
    if (version > database.versionOf(pollId)) world.violated(`${name}, which is not committed`)
    const known = version === 0 ? '' : database.history.get(`${pollId}@${version}`)
    if (known === undefined || textOf(counts) !== textOf(known.split(',').map(Number)))
      world.violated(`${name} as ${counts.join()}, and it is ${known}`)
    const key = `${reader}/${pollId}`
    this.#highestRead.set(key, Math.max(version, this.#highestRead.get(key) ?? 0))
    if (stale) world.coverage.count('stale read')
  }

  /** What GET of a vote says; a vote id stands for one voter's key here, so its row is found by it. */
  verdict(
    { pollId, voteId }: Attempt,
    said: Ending | { readonly status: 'not found' },
    fromMs: number,
  ): void {
    const { world, database, topic } = this.#truth
    const row = database.votes.get(rowKey(pollId, voteId))
    if (said.status === 'counted' && !row) world.violated(`vote ${voteId} is said to be counted, and is not`)
    if (said.status === 'rejected' && row)
      world.violated(`vote ${voteId} is said to be rejected, and is counted`)
    if (said.status === 'pending' && topic && !topic.holds(voteId) && !this.#isUnderWay(voteId))
      world.violated(`vote ${voteId} is said to be pending, and nobody has it`)
    if (said.status !== 'not found') return
    world.coverage.count('verdict 404')
    const known = this.#counted.find(
      (one) => one.voteId === voteId && one.pollId === pollId && (one.toMs ?? 0) < fromMs,
    )
    if (known) world.violated(`vote ${voteId} was counted, and is said not to exist`)
    if (this.attempts.every((one) => one.voteId !== voteId || this.#isAnswered(one, fromMs)))
      this.#notFound.push({ voteId, fromMs })
  }

  /** C1 to C6 once all is quiet. */
  atEnd(skewed: boolean): void {
    this.nothingLost()
    for (const [pollId, text] of this.#finalResults)
      if (resultsText(this.#truth.database, pollId) !== text)
        this.#truth.world.violated(`the final results of poll ${pollId} were ${text}, and have changed`)
    for (const attempt of this.#rejected)
      if (attempt.ending?.status === 'rejected') this.#isRejected(attempt, attempt.ending.reason)
    this.#tallies()
    this.#sameAsLog()
    this.#refusedAreNowhere()
    if (!skewed) this.#notFoundIsTrue()
  }

  #consistent(attempt: Attempt, ending: Ending): void {
    if (!isFinal(ending)) return
    const key = `${attempt.voteId}/${attempt.ballotKey}/${attempt.choice}`
    const before = this.#finals.get(key)
    const same =
      before === undefined ||
      (before.status === ending.status &&
        (ending.status === 'counted' || ('reason' in before && before.reason === ending.reason)))
    if (!same) this.#violated(attempt, `was ${JSON.stringify(before)}, and now is ${JSON.stringify(ending)}`)
    this.#finals.set(key, ending)
  }

  #rowOf({ pollId, ballotKey }: Attempt): VoteRow | undefined {
    return this.#truth.database.votes.get(rowKey(pollId, ballotKey))
  }

  #isHolder(attempt: Attempt): boolean {
    const row = this.#rowOf(attempt)
    return row?.voteId === attempt.voteId && row.choice === attempt.choice
  }

  #isCounted(attempt: Attempt, version: number): void {
    const row = this.#rowOf(attempt)
    if (!row || !this.#isHolder(attempt)) {
      this.#violated(attempt, 'is said to be counted, and is not')
      return
    }
    const now = this.#truth.database.versionOf(attempt.pollId)
    if (version < row.version || version > now)
      this.#violated(
        attempt,
        `is said to be in version ${version}, was counted in ${row.version}, and ${now} is the newest`,
      )
  }

  #hasEnded({ pollId, ballotKey }: Attempt): boolean {
    const { database } = this.#truth
    const partition = partitionOf(pollId, ballotKey, database.log?.partitions ?? 1)
    return database.rowOf(pollId).closed.includes(partition)
  }

  #isRejected(attempt: Attempt, reason: string): void {
    const row = this.#rowOf(attempt)
    const isTrue =
      (reason === 'POLL_CLOSED' && row === undefined && this.#hasEnded(attempt)) ||
      (reason === 'ALREADY_VOTED' && row !== undefined && row.voteId !== attempt.voteId) ||
      (reason === 'IDEMPOTENCY_KEY_REUSED' &&
        row?.voteId === attempt.voteId &&
        row.choice !== attempt.choice) ||
      (reason === 'QUARANTINED' &&
        [...this.#truth.database.quarantine.values()].some(({ voteId }) => voteId === attempt.voteId))
    if (!isTrue) this.#violated(attempt, `is said to be ${reason}, and the row is ${JSON.stringify(row)}`)
  }

  /** Whether a gateway has said so: one that only fell silent may go on yet. */
  #isAnswered({ ending, toMs = Infinity }: Attempt, beforeMs: number): boolean {
    return ending !== undefined && ending.status !== 'cut' && toMs < beforeMs
  }

  #isUnderWay(voteId: string): boolean {
    return this.attempts.some((one) => one.voteId === voteId)
  }

  /** The results are the tally of the rows, and nobody voted more often than ballots were sent. */
  #tallies(): void {
    const { world, database } = this.#truth
    const tallies = new Map<number, number[]>()
    for (const { pollId, choice } of database.votes.values()) {
      const counts = tallies.get(pollId) ?? []
      for (let at = counts.length; at <= choice; at++) counts.push(0)
      counts[choice] = (counts[choice] ?? 0) + 1
      tallies.set(pollId, counts)
    }
    for (const [pollId, { version, counts, closed }] of database.results) {
      const tally = tallies.get(pollId) ?? []
      if (textOf(tally) !== textOf(counts))
        world.violated(`poll ${pollId} says ${counts.join()}, and its votes are ${tally.join()}`)
      const changes = Number(closed.length > 0) + Number(database.statusOf(closed) === 'closed')
      if (version !== tally.reduce((sum, each) => sum + each, changes))
        world.violated(`poll ${pollId} has version ${version}, ${changes} changes, and votes ${tally.join()}`)
    }
    const sent = new Set(this.attempts.map(({ pollId, voteId, choice }) => `${pollId}/${voteId}/${choice}`))
    for (const { pollId, voteId, choice } of database.votes.values())
      if (!sent.has(`${pollId}/${voteId}/${choice}`))
        world.violated(`vote ${voteId} of poll ${pollId} was never sent`)
  }

  /** An independent fold of the whole log gives the same rows, and every record of the log is folded. */
  #sameAsLog(): void {
    const { world, database, topic } = this.#truth
    if (!topic) return
    const first = new Map<string, string>()
    const ended = new Set<string>()
    for (const entry of topic.entries()) {
      const { pollId, partition, offset } = 'ballot' in entry ? entry.ballot : entry.close
      if (offset >= (database.bookmarks.get(partition) ?? 0))
        world.violated(`offset ${offset} of partition ${partition} is not folded`)
      if ('close' in entry) {
        ended.add(`${pollId} in ${partition}`)
        if (!database.rowOf(pollId).closed.includes(partition))
          world.violated(
            `poll ${pollId} ends at offset ${offset} of partition ${partition}, and its row has not`,
          )
        continue
      }
      const { ballotKey, voteId, choice } = entry.ballot
      const key = rowKey(pollId, ballotKey)
      if (
        !first.has(key) &&
        !ended.has(`${pollId} in ${partition}`) &&
        !database.quarantine.has(`${partition}@${offset}`)
      )
        first.set(key, `${voteId} ${choice}`)
    }
    for (const [key, winner] of first) {
      const row = database.votes.get(key)
      if (`${row?.voteId} ${row?.choice}` !== winner)
        world.violated(`${key} is ${JSON.stringify(row)}, and first in the log is ${winner}`)
    }
    if (database.votes.size !== first.size)
      world.violated(`${database.votes.size} rows, and the log gives ${first.size}`)
  }

  /** A vote that was only ever refused is in no log and in no row. */
  #refusedAreNowhere(): void {
    const { world, database, topic } = this.#truth
    const others = new Set(
      this.attempts.filter(({ ending }) => ending?.status !== 'refused').map(({ voteId }) => voteId),
    )
    const rows = new Set([...database.votes.values()].map(({ voteId }) => voteId))
    for (const { voteId } of this.attempts)
      if (!others.has(voteId) && (topic?.holds(voteId) === true || rows.has(voteId)))
        world.violated(`vote ${voteId} was refused, and is recorded`)
  }

  /** Who was told, after the last answer, that there is no such vote, was told so for ever. */
  #notFoundIsTrue(): void {
    const { world, database } = this.#truth
    const rows = new Set([...database.votes.values()].map(({ voteId }) => voteId))
    for (const { voteId, fromMs } of this.#notFound) {
      const isTriedAgain = this.attempts.some((one) => one.voteId === voteId && one.fromMs >= fromMs)
      if (!isTriedAgain && rows.has(voteId))
        world.violated(`vote ${voteId} was said not to exist, and is counted`)
    }
  }

  #violated(attempt: Attempt, what: string): void {
    this.#truth.world.violated(`${nameOf(attempt)} ${what}`)
  }
}
