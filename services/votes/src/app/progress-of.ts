import type { Folded, FoldedBatch } from '../domain/fold.js'
import type { Progress } from '../domain/progress.js'

/** Keeps a message below some 10 KiB; a fold that touches more polls is rare, and who misses a version looks it up. */
const VERSIONS_TOLD = 500

/** What other replicas need to know of a committed fold, by partition; nothing of stretches without ballots. */
export const progressOf = ({ logId, batches }: Folded): readonly Progress[] =>
  batches
    .filter(({ ballots }) => ballots.length > 0)
    .map((batch) => ({
      ...{ logId, partition: batch.partition, from: batch.from, next: batch.next },
      rejected: rejectedIn(batch),
      versions: versionsIn(batch),
    }))

const rejectedIn = ({ ballots, verdicts }: FoldedBatch): Progress['rejected'] =>
  ballots.flatMap(({ offset }, index) => {
    const verdict = verdicts[index]
    return verdict?.status === 'rejected' ? [{ offset, reason: verdict.reason }] : []
  })

const versionsIn = ({ ballots, verdicts }: FoldedBatch): Progress['versions'] => {
  const versions = new Map<number, number>()
  ballots.forEach(({ pollId }, index) => {
    const verdict = verdicts[index]
    if (verdict?.status === 'counted')
      versions.set(pollId, Math.max(verdict.version, versions.get(pollId) ?? 0))
  })
  return [...versions].slice(0, VERSIONS_TOLD)
}
