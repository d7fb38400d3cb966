import { unavailable } from '@votestream/errors'
import type { Clock, Component, Logger } from '@votestream/runtime'
import { systemClock } from '@votestream/runtime'
import type { Ballot, PollClose } from '../../domain/ballot.js'
import { partitionOf } from '../../domain/partition.js'
import type { Appended, OpenedLog, VoteLog, VoteStore } from '../../domain/ports.js'
import { FoldLoop } from './fold-loop.js'
import { openWhenPossible } from './open-when-possible.js'
import { DIRECT_PARTITIONS } from './partitions.js'
import type { PendingBallots } from './pending-ballots.js'
import { makePendingBallots } from './pending-ballots.js'
import type { ProcessLock } from './process-lock.js'

/** Ballots of one partition in one fold: beyond 2,000 a bigger batch gains little and costs latency (LIBRARIES.md, measured). */
const BALLOTS_PER_FOLD = 1_000
/** About two seconds of folding at full speed, so that what is accepted can still be answered in time; more is shed. */
const MAX_PENDING = 20_000
/** DESIGN.md section 5: when the oldest ballot waits longer than this, the fold does not keep up, and votes are shed. */
const MAX_WAIT_MS = 1_000
const RETRY_AFTER_MS = 1_000

interface Deps {
  readonly store: Pick<VoteStore, 'openLog'>
  readonly lock: ProcessLock
  readonly logger: Logger
  readonly clock?: Clock
  /** Called when this process must not go on: another one folds this store, or the store belongs to another log. */
  readonly onFatal: (error: Error) => void
}

export interface DirectVoteLog extends VoteLog, Component {
  start(): Promise<void>
  stop(): Promise<void>
  /** True when a ballot would be taken now. */
  readonly open: boolean
  /** Ballots that are not folded yet. */
  readonly pending: number
}

const refused = (reason: 'OVERLOADED' | 'UNAVAILABLE'): Appended => ({
  status: 'refused',
  reason,
  retryAfterMs: RETRY_AFTER_MS,
})

/**
 * The log in this process's memory, for the embedded mode. A ballot is durable when its fold is committed, and nothing is answered
 * before that; while the fold is known to fail, ballots are refused.
 */
export const directVoteLog = ({ store, lock, logger, clock = systemClock, onFatal }: Deps): DirectVoteLog => {
  let partitions: readonly PendingBallots[] = []
  let stopping = false
  const loop = new FoldLoop({
    ...{ lock, clock, logger, onFatal },
    next: () => partitions.flatMap((partition) => partition.peek(BALLOTS_PER_FOLD) ?? []),
    done: (batches) => batches.forEach(({ partition, next }) => partitions[partition]?.drop(next)),
  })
  const isOpen = (): boolean =>
    partitions.length > 0 && lock.held && !loop.failing && !stopping && !loop.closed.aborted
  const refusal = () => (isOpen() ? overloadOf(partitions, clock) : 'UNAVAILABLE')

  return {
    durable: false,
    get open() {
      return isOpen()
    },
    get pending() {
      return sizeOf(partitions)
    },
    append(ballots) {
      const appended = ballots.map((ballot) => appendTo(partitions, ballot, refusal(), clock.monotonicMs()))
      loop.wake()
      return Promise.resolve(appended)
    },
    close(close, wanted) {
      const placeOf = (number: number) => (isOpen() ? partitions[number] : undefined)
      const appended = wanted.map((number) => closeIn(placeOf(number), close, clock.monotonicMs()))
      loop.wake()
      return Promise.resolve(appended)
    },
    run: (fold) => loop.use(fold),
    mayHold: (pollId, voteId) =>
      partitions.length > 0 && lock.held
        ? Promise.resolve(partitions.some((partition) => partition.holds(pollId, voteId)))
        : Promise.reject(notOpen()),
    start() {
      const opening = openWhenPossible({ store, lock, logger, clock, signal: loop.closed })
      void opening
        .then((opened) => (partitions = partitionsFrom(opened)))
        .catch((error: unknown) => loop.die(error as Error))
      return Promise.resolve()
    },
    stop() {
      stopping = true
      return loop.stop()
    },
  }
}

const notOpen = (): Error =>
  unavailable('UNAVAILABLE', 'the log is not open here', { retryAfterMs: RETRY_AFTER_MS })

/** A retry of what waits here is never told that nothing is recorded: the first one may yet be counted. */
const appendTo = (
  partitions: readonly PendingBallots[],
  ballot: Ballot,
  refusal: 'OVERLOADED' | 'UNAVAILABLE' | undefined,
  nowMs: number,
): Appended => {
  const partition = partitions[partitionOf(ballot.pollId, ballot.ballotKey, DIRECT_PARTITIONS)]
  if (refusal && partition?.holds(ballot.pollId, ballot.voteId)) return { status: 'unknown' }
  if (refusal || !partition) return refused(refusal ?? 'UNAVAILABLE')
  return { status: 'appended', partition: partition.number, offset: partition.append(ballot, nowMs) }
}

const closeIn = (partition: PendingBallots | undefined, close: PollClose, nowMs: number): Appended =>
  partition
    ? { status: 'appended', partition: partition.number, offset: partition.close(close, nowMs) }
    : refused('UNAVAILABLE')

const partitionsFrom = (opened: OpenedLog | undefined): readonly PendingBallots[] =>
  [...(opened?.bookmarks ?? [])].map(([partition, next]) => makePendingBallots(partition, next))

const overloadOf = (partitions: readonly PendingBallots[], clock: Clock): 'OVERLOADED' | undefined =>
  sizeOf(partitions) >= MAX_PENDING || waitOf(partitions, clock) > MAX_WAIT_MS ? 'OVERLOADED' : undefined

const sizeOf = (partitions: readonly PendingBallots[]): number =>
  partitions.reduce((sum, { size }) => sum + size, 0)

/** Milliseconds that the oldest ballot has waited; negative infinity when there is none. */
const waitOf = (partitions: readonly PendingBallots[], clock: Clock): number =>
  clock.monotonicMs() - Math.min(...partitions.map(({ oldestMs }) => oldestMs ?? Infinity))
