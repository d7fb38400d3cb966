import type { LoggedBallot } from '../domain/ballot.js'
import type { WayToVerdict } from '../domain/ports.js'
import type { Progress } from '../domain/progress.js'
import type { Verdict } from '../domain/verdict.js'
import { isRejectionReason } from '../domain/verdict.js'

/**
 * Verdicts of this process's folds that nobody waited for yet: an acknowledgement may arrive after its fold. About a second of one
 * partition at full speed; whoever comes later still is looked up.
 */
const OWN_VERDICTS_KEPT = 4_096
/** Stretches that other replicas said they folded: at one fold each 5 ms a little more than half a second. */
const STRETCHES_KEPT = 128

/** `verdict` is undefined when the ballot is decided and it is not known here how, so that it has to be looked up. */
export interface Recalled {
  readonly way: WayToVerdict
  readonly verdict: Verdict | undefined
}

/** A stretch as it is asked: by offset and by poll. */
interface Stretch {
  readonly from: number
  readonly next: number
  readonly rejected: ReadonlyMap<number, string>
  readonly versions: ReadonlyMap<number, number>
}

/** What was decided last in one partition. */
export interface VerdictMemory {
  /** Keeps a verdict of this process's fold. */
  remember(ballot: LoggedBallot, verdict: Verdict): void
  /** Keeps what another replica said of its fold; what it says of ballots is asked of the returned function. */
  hear(progress: Progress): (ballot: LoggedBallot) => Recalled | undefined
  /** Undefined when nothing is known of the ballot. */
  recall(ballot: LoggedBallot): Recalled | undefined
}

export const makeVerdictMemory = (): VerdictMemory => {
  const own = new Map<number, Verdict>()
  const stretches: Stretch[] = []

  return {
    remember({ offset }, verdict) {
      own.set(offset, verdict)
      if (own.size <= OWN_VERDICTS_KEPT) return
      const [oldest] = own.keys()
      if (oldest !== undefined) own.delete(oldest)
    },
    hear({ from, next, rejected, versions }) {
      const reasons = new Map(rejected.map(({ offset, reason }) => [offset, reason]))
      const stretch = { from, next, rejected: reasons, versions: new Map(versions) }
      stretches.push(stretch)
      if (stretches.length > STRETCHES_KEPT) stretches.shift()
      return (ballot) => recallFrom(stretch, ballot)
    },
    recall(ballot) {
      const verdict = own.get(ballot.offset)
      if (verdict) return { way: 'fold', verdict }
      const stretch = stretches.findLast((one) => isWithin(one, ballot))
      return stretch && recallFrom(stretch, ballot)
    },
  }
}

const isWithin = ({ from, next }: Stretch, { offset }: LoggedBallot): boolean =>
  from <= offset && offset < next

/** Counted, unless it is said to be rejected; the reason of a newer release is looked up, as is a version that was left out. */
const recallFrom = (stretch: Stretch, ballot: LoggedBallot): Recalled | undefined => {
  if (!isWithin(stretch, ballot)) return undefined
  const reason = stretch.rejected.get(ballot.offset)
  const version = stretch.versions.get(ballot.pollId)
  const way = 'progress'
  if (reason !== undefined)
    return { way, verdict: isRejectionReason(reason) ? { status: 'rejected', reason } : undefined }
  return { way, verdict: version === undefined ? undefined : { status: 'counted', version } }
}
