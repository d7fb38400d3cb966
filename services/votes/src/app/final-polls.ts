import { toAppError } from '@votestream/errors'
import type { Logger } from '@votestream/runtime'
import type { Ballot } from '../domain/ballot.js'
import type { Appended, VoteLog, VoteStore } from '../domain/ports.js'
import type { Verdict } from '../domain/verdict.js'

/** A number each: a few MB. The one that was closed longest ago gives way, and is found out again by its next vote. */
const FINAL_POLLS_KEPT = 100_000

export interface FinalPolls {
  /** True when the poll's results are known to be final: nothing that is appended now can be counted. */
  has(pollId: number): boolean
  /** Asks the store whether the results are final; to be called when a vote was too late. */
  suspect(pollId: number): void
}

/**
 * The polls whose results are final, as far as this process has noticed: a vote on one of them needs no place in the log. Noticed when the log
 * says of a vote that it is too late; until then the log decides, which is right, too.
 */
export const makeFinalPolls = ({
  store,
  logger,
}: {
  store: Pick<VoteStore, 'readResults'>
  logger: Logger
}): FinalPolls => {
  const final = new Set<number>()
  const asking = new Set<number>()

  const ask = async (pollId: number): Promise<void> => {
    const [results] = await store.readResults([pollId])
    if (results?.status !== 'closed') return
    const [oldest] = final
    if (final.size >= FINAL_POLLS_KEPT && oldest !== undefined) final.delete(oldest)
    final.add(pollId)
  }

  return {
    has: (pollId) => final.has(pollId),
    suspect: (pollId) => {
      if (final.has(pollId) || asking.has(pollId)) return
      asking.add(pollId)
      ask(pollId)
        // The next vote that is too late asks again.
        .catch((error: unknown) =>
          logger.debug({ err: error, pollId }, 'not known whether results are final'),
        )
        .finally(() => asking.delete(pollId))
    },
  }
}

/** What the log says of a ballot, or, where its poll's results are final, what became of an earlier attempt. */
export type AppendedOrJudged = Appended | Verdict

export type AppendOrJudge = (ballots: readonly Ballot[]) => Promise<readonly AppendedOrJudged[]>

interface Deps {
  readonly final: Pick<FinalPolls, 'has'>
  readonly log: Pick<VoteLog, 'append'>
  readonly store: Pick<VoteStore, 'judgeLate'>
}

const RETRY_AFTER_MS = 1_000

/** Gives ballots to the log, but not those that could not be counted any more: a retry of a counted vote is still told so, any other is too late. */
export const makeAppendOrJudge = ({ final, log, store }: Deps): AppendOrJudge => {
  const judge = async (ballots: readonly Ballot[]): Promise<readonly AppendedOrJudged[]> => {
    try {
      return await store.judgeLate(ballots)
    } catch (error) {
      const { retryAfterMs = RETRY_AFTER_MS } = toAppError(error)
      return ballots.map(() => ({ status: 'refused', reason: 'UNAVAILABLE', retryAfterMs }))
    }
  }

  return async (ballots) => {
    const isLate = ({ pollId }: Ballot): boolean => final.has(pollId)
    if (!ballots.some(isLate)) return log.append(ballots)
    const [late, timely] = [ballots.filter(isLate), ballots.filter((ballot) => !isLate(ballot))]
    const [judged, appended] = await Promise.all([judge(late), timely.length > 0 ? log.append(timely) : []])
    const found = new Map<Ballot, AppendedOrJudged | undefined>()
    late.forEach((ballot, index) => found.set(ballot, judged[index]))
    timely.forEach((ballot, index) => found.set(ballot, appended[index]))
    return ballots.map((ballot) => found.get(ballot) ?? { status: 'unknown' })
  }
}
