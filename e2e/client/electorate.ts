import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Problem } from './documents.js'
import type { Answer, Rest } from './rest.js'

/**
 * How a voter takes bad news. All send the same key until the outcome is known, but the double one sends everything twice at once, the
 * hasty one believes a first 503 ("nothing was recorded") and goes away, and the curious one asks for the vote's id after a 202 or a 504
 * instead of voting again.
 */
export type Temper = 'patient' | 'double' | 'hasty' | 'curious'

/** `refused`: told that nothing was recorded, and gone away. `absent`: told, by 404, that no such vote is in the log. */
export type Outcome = 'counted' | 'refused' | 'absent'

export interface Voter {
  readonly pollId: number
  readonly choice: number
  readonly key: string
  readonly temper: Temper
  /** As every answer that names it has it. */
  voteId: string | undefined
  outcome: Outcome | undefined
  /** What was answered, in order; 0 is no answer at all. */
  readonly statuses: number[]
}

export interface Electorate {
  readonly voters: readonly Voter[]
  /** Answers that the contract does not have. */
  readonly faults: readonly string[]
  /** How many votes of a poll can have been counted by now. */
  sentTo(pollId: number): number
  /** Lets so many more vote at this moment. */
  rush(count: number): void
  /** Sends nobody new and resolves when everyone knows the outcome. */
  finish(): Promise<void>
  /** Sends nobody new, and lets everybody go home without an outcome. */
  abandon(): Promise<void>
}

interface Options {
  readonly rest: Rest
  readonly pollIds: readonly number[]
  readonly options: number
  readonly perSecond: number
}

const TEMPERS: readonly Temper[] = ['patient', 'double', 'hasty', 'curious']
/** Rarely would a person wait that long; a machine may, and C7 lets a service be away for 15 s. */
const PATIENCE_MS = 60_000
/** Where no answer says when to come back: doubled each time, or thousands who wait for a mesh to start would keep it from starting. */
const RETRY_MS = 300
const MOST_RETRY_MS = 2_400
const CLIENT_TIMEOUT_MS = 5_000
const TICK_MS = 5

/** Lets voters vote at a steady rate, whether or not they are answered. */
export const startElection = ({ rest, pollIds, options, perSecond }: Options): Electorate => {
  const voters: Voter[] = []
  const faults: string[] = []
  const sent = new Map<number, number>()
  const voting: Promise<void>[] = []
  const over = new AbortController()
  const send = (): void => {
    const voter = aVoter(voters.length, pollIds, options)
    voters.push(voter)
    sent.set(voter.pollId, (sent.get(voter.pollId) ?? 0) + 1)
    const complain = (fault: string): void => void faults.push(`${fault} (${voter.statuses.join(' ')})`)
    voting.push(castUntilKnown({ rest, voter, complain, over: over.signal }))
  }
  const startedMs = performance.now()
  let sentByClock = 0
  const tick = setInterval(() => {
    const due = Math.floor(((performance.now() - startedMs) * perSecond) / 1_000)
    for (; sentByClock < due; sentByClock += 1) send()
  }, TICK_MS)
  return {
    ...{ voters, faults },
    sentTo: (pollId) => sent.get(pollId) ?? 0,
    rush: (count) => Array.from({ length: count }).forEach(send),
    async finish() {
      clearInterval(tick)
      await Promise.all(voting)
    },
    async abandon() {
      clearInterval(tick)
      over.abort()
      await Promise.all(voting)
    },
  }
}

const aVoter = (number: number, pollIds: readonly number[], options: number): Voter => ({
  pollId: pollIds[number % pollIds.length] ?? 0,
  choice: (number * 7) % options,
  key: randomUUID(),
  temper: TEMPERS[number % TEMPERS.length] ?? 'patient',
  ...{ voteId: undefined, outcome: undefined, statuses: [] },
})

type Complain = (fault: string) => void

interface Casting {
  readonly rest: Rest
  readonly voter: Voter
  readonly complain: Complain
  readonly over: AbortSignal
}

const castUntilKnown = async ({ rest, voter, complain, over }: Casting): Promise<void> => {
  const { pollId, choice, key, temper } = voter
  const giveUpMs = performance.now() + PATIENCE_MS
  const isPatient = (): boolean => performance.now() < giveUpMs && !over.aborted
  const send = async (): Promise<Answer | undefined> => {
    const answer = await rest
      .send(`/polls/${pollId}/vote`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ choice }),
        timeoutMs: CLIENT_TIMEOUT_MS,
      })
      .catch(() => undefined)
    voter.statuses.push(answer?.status ?? 0)
    if (answer !== undefined) note(voter, answer, complain)
    if (answer?.status === 200) voter.outcome = 'counted'
    return answer
  }
  while (isPatient()) {
    const [answer] = await Promise.all(temper === 'double' ? [send(), send()] : [send()])
    const status = answer?.status ?? 0
    if (status === 503 && temper === 'hasty' && voter.statuses.length === 1) voter.outcome = 'refused'
    if ([202, 504].includes(status) && temper === 'curious')
      await askUntilKnown({ rest, voter, complain, isPatient })
    if (voter.outcome !== undefined) return
    await sleep(retryAfterMs(voter, answer))
  }
  if (!over.aborted) complain(`no outcome in ${PATIENCE_MS} ms`)
}

type Asking = Omit<Casting, 'over'> & { readonly isPatient: () => boolean }

const askUntilKnown = async ({ rest, voter, complain, isPatient }: Asking): Promise<void> => {
  while (isPatient() && voter.voteId !== undefined) {
    const answer = await rest.get(`/polls/${voter.pollId}/votes/${voter.voteId}`).catch(() => undefined)
    voter.statuses.push(answer?.status ?? 0)
    const { status, reason } = (answer?.body ?? {}) as { status?: unknown; reason?: string }
    if (answer?.status === 200 && status === 'counted') voter.outcome = 'counted'
    else if (answer?.status === 404 && reason === 'VOTE_NOT_FOUND') voter.outcome = 'absent'
    else if (answer !== undefined && answer.status !== 503 && status !== 'pending')
      complain(`asked for a vote: ${answer.status} ${answer.text}`)
    if (voter.outcome === 'absent' && voter.statuses.includes(202))
      complain('pending, and then not in the log')
    if (voter.outcome !== undefined) return
    await sleep(retryAfterMs(voter, answer))
  }
}

const EXPECTED = [200, 202, 503, 504]

/** Holds an answer against the contract. */
const note = (voter: Voter, { status, headers, body, text }: Answer, complain: Complain): void => {
  if (!EXPECTED.includes(status)) complain(`answered ${status} ${text}`)
  if (status === 503 && headers['retry-after'] === undefined) complain('503 without Retry-After')
  if (status === 504 && (body as Problem).reason !== 'OUTCOME_UNKNOWN') complain(`504 ${text}`)
  const voteId = (body as { vote_id?: string } | undefined)?.vote_id
  if (voteId === undefined && [200, 202, 504].includes(status)) complain(`${status} without a vote_id`)
  if (voteId === undefined) return
  if (voter.voteId !== undefined && voter.voteId !== voteId) complain(`one key, two votes: ${text}`)
  voter.voteId = voteId
}

const retryAfterMs = ({ statuses }: Voter, answer: Answer | undefined): number => {
  const seconds = Number(answer?.headers['retry-after'])
  if (Number.isFinite(seconds)) return seconds * 1_000
  const silences = statuses.length - 1 - statuses.findLastIndex((status) => status !== 0)
  return Math.min(MOST_RETRY_MS, RETRY_MS * 2 ** Math.max(0, silences - 1))
}
