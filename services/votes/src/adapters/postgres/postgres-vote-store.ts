import { invalidArgument } from '@votestream/errors'
import type { Postgres } from '@votestream/postgres'
import { sqlState } from '@votestream/postgres'
import type { Ballot, LoggedBallot } from '../../domain/ballot.js'
import type { Folded, FoldedBatch, PartitionBatch } from '../../domain/fold.js'
import type { VoteStore } from '../../domain/ports.js'
import type { Verdict } from '../../domain/verdict.js'
import { findVerdict } from './find-verdict.js'
import { partitionsStillOpen } from './closing.js'
import type { FoldedLog, FoldedRows } from './fold-batches.js'
import { foldBatches, keyOf } from './fold-batches.js'
import { judgeBallots } from './judge-ballots.js'
import { judgeLeftOvers } from './judge-left-overs.js'
import { openLog, readBookmarks } from './open-log.js'
import { quarantineRecord } from './quarantine-record.js'
import { readResults, readResultsAfter, readTotals } from './read-results.js'
import type { Queryable } from '@votestream/postgres'
import { forgetRejections, rememberRejections } from './rejections.js'

/** The record of votes in PostgreSQL, schema `votes`. */
export const postgresVoteStore = (pg: Postgres): VoteStore => {
  let log: FoldedLog | undefined

  const opened = (): FoldedLog => {
    if (log === undefined) throw new Error('openLog must come first')
    return log
  }

  return {
    async openLog(kind, partitions) {
      const found = await pg.transaction((tx) => openLog(tx, kind, partitions))
      log = { logId: found.logId, partitions }
      return found
    },

    logId: () => log?.logId,
    readBookmarks: () => readBookmarks(pg, opened().logId),
    fold: (batches) => poisonNamed(pg.transaction((tx) => foldWithVerdicts(tx, opened(), batches))),

    quarantine: (batch, error) => pg.transaction((tx) => passQuarantined(tx, opened(), batch, error)),

    readResults: (pollIds) => readResults(pg, pollIds),
    readResultsAfter: (pollId, limit) => readResultsAfter(pg, pollId, limit),
    judge: (ballots) => judgeBallots(pg, opened().logId, ballots),
    judgeLate: (ballots) => judgeLeftOvers(pg, ballots, () => true),
    partitionsStillOpen: (pollId) => partitionsStillOpen(pg, opened().logId, pollId),
    readTotals: () => readTotals(pg),
    findVerdict: (pollId, voteId) => findVerdict(pg, pollId, voteId),
    forgetRejectionsOlderThan: (ageMs) => forgetRejections(pg, ageMs),
  }
}

const foldWithVerdicts = async (
  tx: Queryable,
  log: FoldedLog,
  batches: readonly PartitionBatch[],
): Promise<Folded> => {
  const rows = await foldBatches(tx, log, batches)
  const leftOut = new Set([...rows.fenced.map(({ partition }) => partition), ...rows.busy])
  const folded = batches.filter(({ partition }) => !leftOut.has(partition))
  const leftOvers = leftOversOf(folded, rows)
  const isTooLate = new Set<Ballot>(rows.isTooLate && leftOvers.filter(rows.isTooLate))
  const judged =
    leftOvers.length > 0 ? await judgeLeftOvers(tx, leftOvers, (ballot) => isTooLate.has(ballot)) : []
  const verdictOf = new Map(leftOvers.map((ballot, index) => [ballot, judged[index] as Verdict]))
  await rememberLatecomers(tx, verdictOf)

  const versions = new Map(rows.results.map(({ pollId, version }) => [pollId, version]))
  const withVerdicts = (batch: PartitionBatch): FoldedBatch => ({
    ...batch,
    verdicts: batch.ballots.map(
      (ballot) => verdictOf.get(ballot) ?? { status: 'counted', version: versions.get(ballot.pollId) ?? 0 },
    ),
  })
  const { fenced, busy, results } = rows
  return { logId: log.logId, batches: folded.map(withVerdicts), fenced, busy, results }
}

const passQuarantined = async (
  tx: Queryable,
  log: FoldedLog,
  batch: PartitionBatch,
  error: unknown,
): Promise<Folded> => {
  const { logId } = log
  const { fenced, busy, results } = await foldBatches(tx, log, [{ ...batch, ballots: [] }])
  if (fenced.length + busy.length > 0) return { logId, batches: [], fenced, busy, results: [] }
  await quarantineRecord(tx, logId, batch, error)
  const verdicts = batch.ballots.map((): Verdict => ({ status: 'rejected', reason: 'QUARANTINED' }))
  return { logId, batches: [{ ...batch, verdicts }], fenced, busy, results }
}

/** Every ballot but the first of each key that was inserted. */
const leftOversOf = (
  folded: readonly PartitionBatch[],
  { insertedKeys, isTooLate }: FoldedRows,
): readonly LoggedBallot[] => {
  const ballots = folded.flatMap((batch) => batch.ballots)
  if (!insertedKeys) return isTooLate ? ballots.filter(isTooLate) : []
  const counted = new Set<string>()
  return ballots.filter((ballot) => {
    if (isTooLate?.(ballot)) return true
    const key = keyOf(ballot.pollId, ballot.ballotKey)
    if (!insertedKeys.has(key) || counted.has(key)) return true
    counted.add(key)
    return false
  })
}

/** A reused key's vote id belongs to a counted vote: only other rejections are remembered under theirs. */
const rememberLatecomers = async (
  tx: Queryable,
  verdicts: ReadonlyMap<LoggedBallot, Verdict>,
): Promise<void> => {
  const rejections = [...verdicts].flatMap(([{ pollId, voteId }, verdict]) =>
    verdict.status === 'rejected' && verdict.reason !== 'IDEMPOTENCY_KEY_REUSED'
      ? [{ pollId, voteId, reason: verdict.reason }]
      : [],
  )
  if (rejections.length > 0) await rememberRejections(tx, rejections)
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity violation) blame the record, not the moment. */
const poisonNamed = async (fold: Promise<Folded>): Promise<Folded> => {
  try {
    return await fold
  } catch (error) {
    if (!/^2[23]/.test(sqlState(error) ?? '')) throw error
    throw invalidArgument('POISON_RECORD', 'the database refuses a record', { cause: error })
  }
}
