import type { Outcome__Output, VotesServiceDefinition } from '@votestream/proto'
import type { RpcClient } from '@votestream/rpc'
import { randomUUID } from 'node:crypto'
import type { DoubleVote } from './double-vote.js'
import type { Begun, Completion, History } from './history.js'

/** What became of one ballot. */
export interface Told {
  readonly status: keyof typeof MEANINGS
  readonly reason: string | null
  readonly retryAfterMs: number
}

/** As the gateway gives it. */
export const CALL_TIMEOUT_MS = 2_700

/** In the words of history.jsonl; `error` is a call that failed. */
const MEANINGS = {
  counted: 'ok',
  rejected: 'fail',
  refused: 'fail',
  pending: 'info',
  unknown: 'info',
  error: 'info',
} as const satisfies Record<string, Completion>

const WORDS = {
  OUTCOME_STATUS_COUNTED: 'counted',
  OUTCOME_STATUS_REJECTED: 'rejected',
  OUTCOME_STATUS_REFUSED: 'refused',
  OUTCOME_STATUS_PENDING: 'pending',
  OUTCOME_STATUS_UNKNOWN: 'unknown',
  OUTCOME_STATUS_UNSPECIFIED: 'unknown',
} as const

/** Casts ballots in one call, and tells of each, once, what became of it, as soon as that is known. */
export const castBatch = async (
  client: RpcClient<VotesServiceDefinition>,
  votes: readonly DoubleVote[],
  history: History,
  tell: (vote: DoubleVote, told: Told) => void,
): Promise<void> => {
  const open = new Map(
    votes.map((vote, index) => [index, { vote, begun: begin(history, vote), isLogged: false }]),
  )
  const settle = (index: number, told: Told, version: number | null): void => {
    const { vote, begun } = open.get(index) ?? {}
    if (vote === undefined || begun === undefined) return
    open.delete(index)
    const { status, reason } = told
    begun.end(MEANINGS[status], { status, reason, vote_id: vote.voteId, version })
    tell(vote, told)
  }
  let left: 'unknown' | 'error' = 'unknown'
  try {
    for await (const { outcomes } of client.stream('CastVotes', { ballots: votes.map(ballotOf) }))
      for (const outcome of outcomes) {
        const ballot = open.get(outcome.index)
        const told = toldBy(outcome)
        if (told.status !== 'pending') settle(outcome.index, told, versionOf(outcome))
        else if (ballot) ballot.isLogged = true
      }
  } catch {
    left = 'error'
  }
  // What the log has is pending, however the call ends.
  for (const [index, { isLogged }] of open)
    settle(index, { status: isLogged ? 'pending' : left, reason: null, retryAfterMs: 0 }, null)
}

const ballotOf = ({ poll, choice, voter, voteId }: DoubleVote) => ({
  ...{ pollId: poll, choice, requestId: randomUUID() },
  ...{ ballotKey: bytesOf(voter), voteId: bytesOf(voteId), expiresAtMs: Date.now() + CALL_TIMEOUT_MS },
})

const begin = (history: History, { poll, choice, voter, voteId, vote }: DoubleVote): Begun =>
  history.begin(`voter-${voter}`, 'vote', {
    ...{ poll, choice, key: null, voter, lane: 'grpc', vote, vote_id: voteId },
  })

const toldBy = ({ status, reason, retryAfterMs }: Outcome__Output): Told => ({
  ...{ status: WORDS[status], reason: reason === '' ? null : reason, retryAfterMs },
})

const versionOf = ({ status, version }: Outcome__Output): number | null =>
  status === 'OUTCOME_STATUS_COUNTED' ? version : null

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex')
