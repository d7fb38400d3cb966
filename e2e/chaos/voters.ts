import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from '../client/rest.js'
import type { Completion } from './history.js'
import { steadily, type Clients, type Load } from './load.js'

interface Ballot {
  readonly poll: number
  readonly choice: number
  readonly key: string
  /** The number of the logical vote: whatever is sent with this key and this choice. */
  readonly vote: number
}

const VOTES_A_SECOND = 210
/** Of votes that are sent once more with their key, besides what is retried because it was not answered. */
const SENT_AGAIN = 0.05
/** Of those: with another choice, which is a vote that must not count. */
const WITH_ANOTHER_CHOICE = 0.33
const AT_ONCE = 0.5
const LATER_MS = [1_000, 8_000] as const
/** Of voters who believe a first 503 ("nothing was recorded") and go away. */
const HASTY = 0.1
/** What an outage piles up; more would be the load of the next seconds, not of the outage. */
const MOST_OPEN = 500
/** Rarely would a person wait that long; C7 lets a service be away for 15 s. */
const PATIENCE_MS = 40_000
const REQUEST_TIMEOUT_MS = 5_000
/** Where no answer says when to come back: doubled each time. */
const RETRY_MS = 250
const MOST_RETRY_MS = 2_500

/** Lets people vote by REST, each as long as it takes. */
export const startVoters = (load: Load): Clients => {
  const { random, polls, options, tally } = load
  let votes = 0
  return steadily(VOTES_A_SECOND, () => {
    if (tally.open >= MOST_OPEN) return undefined
    const choice = Math.floor(random.between(0, options))
    const first = { poll: random.pick(polls), choice, key: randomUUID(), vote: (votes += 1) }
    const casting = cast(load, first, 'first')
    if (!random.chance(SENT_AGAIN)) return casting
    const isOther = random.chance(WITH_ANOTHER_CHOICE)
    const again = isOther ? { ...first, choice: (choice + 1) % options, vote: (votes += 1) } : first
    const afterMs = random.chance(AT_ONCE) ? 0 : random.between(...LATER_MS)
    const repeating = sleep(afterMs).then(() => cast(load, again, isOther ? 'other choice' : 'again'))
    return Promise.all([casting, repeating]).then(() => undefined)
  })
}

type Kind = 'first' | 'again' | 'other choice'

/** Sends one ballot until the outcome is known or patience ends. */
const cast = async (load: Load, ballot: Ballot, kind: Kind): Promise<void> => {
  const { tally, random, pulse } = load
  const isHasty = random.chance(HASTY)
  const giveUpMs = performance.now() + PATIENCE_MS
  tally.begin(kind)
  for (let attempt = 1; performance.now() < giveUpMs; attempt += 1) {
    const told = attempt === 1 && kind === 'first' ? pulse.beat() : () => undefined
    const answer = await attemptOf(load, ballot, kind)
    const status = answer?.status ?? 0
    told(status)
    const isLast = status === 200 || isDefiniteNo(status) || (status === 503 && isHasty && attempt === 1)
    if (isLast) {
      tally.finish(outcomeOf(status))
      return
    }
    await sleep(retryAfterMs(attempt, answer) * random.between(1, 1.5))
  }
  tally.answer(kind, 'given up')
  tally.finish('unknown')
}

const outcomeOf = (status: number) => {
  if (status === 200) return 'counted'
  return isDefiniteNo(status) ? 'rejected' : 'unknown'
}

const attemptOf = async (load: Load, { poll, choice, key, vote }: Ballot, kind: Kind) => {
  const { history, rest, tally, recent } = load
  const begun = history.begin(`voter-${vote}`, 'vote', { poll, choice, key, voter: null, lane: 'rest', vote })
  const answer = await rest
    .send(`/polls/${poll}/vote`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': key } },
      ...{ body: JSON.stringify({ choice }), timeoutMs: REQUEST_TIMEOUT_MS },
    })
    .catch(() => undefined)
  const status = answer?.status ?? 0
  const {
    vote_id = null,
    reason = null,
    version = null,
  } = (answer?.body ?? {}) as {
    readonly [field in 'vote_id' | 'reason']?: string
  } & { readonly version?: number }
  begun.end(completionOf(status), { status, reason, vote_id, version })
  tally.answer(kind, status)
  if (vote_id !== null) recent.add({ poll, voteId: vote_id })
  if (!isExpected(status, reason)) tally.complain(`a vote was answered ${status} ${answer?.text ?? ''}`)
  return answer
}

/** No answer at all may have been the answer to a vote that was recorded. */
const completionOf = (status: number): Completion => {
  if (status === 200) return 'ok'
  return status === 503 || isDefiniteNo(status) || status === 429 ? 'fail' : 'info'
}

const isDefiniteNo = (status: number): boolean => status >= 400 && status < 500 && status !== 429

const isExpected = (status: number, reason: string | null): boolean =>
  [0, 200, 202, 503, 504].includes(status) || (status === 422 && reason === 'IDEMPOTENCY_KEY_REUSED')

const retryAfterMs = (attempt: number, answer: Answer | undefined): number => {
  const seconds = Number(answer?.headers['retry-after'] ?? 0)
  return Math.max(seconds * 1_000, Math.min(MOST_RETRY_MS, RETRY_MS * 2 ** (attempt - 1)))
}
