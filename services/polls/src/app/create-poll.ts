import { outOfRange } from '@votestream/errors'
import { draftPoll } from '../domain/draft-poll.js'
import { saysTheSame } from '../domain/poll.js'
import type { Poll, PollDraft } from '../domain/poll.js'
import type { PollAnnouncer, PollStore, ThemeStore } from '../domain/ports.js'

export type CreatePoll = (asked: PollDraft, idempotencyKey: string | undefined) => Promise<Poll>

const US_PER_MS = 1_000

interface Ports {
  readonly polls: Pick<PollStore, 'insert' | 'findByKey'>
  readonly themes: ThemeStore
  readonly announcer: PollAnnouncer
  readonly clock: { now(): number }
}

/**
 * Creates an open poll. The same key with the same content answers with the first poll again; with other content it throws out_of_range
 * `IDEMPOTENCY_KEY_REUSED`. A poll that breaks the rules is invalid_argument `INVALID_BODY`.
 */
export const makeCreatePoll =
  (ports: Ports): CreatePoll =>
  async (asked, idempotencyKey) => {
    const themes = await ports.themes.findAll()
    const nowUs = ports.clock.now() * US_PER_MS
    // A retry comes when it comes: the time that lay ahead may be over.
    const isLate = (asked.closesAtUs ?? Infinity) <= nowUs
    const known = isLate && idempotencyKey !== undefined && (await ports.polls.findByKey(idempotencyKey))
    const isTheme = (key: string): boolean => themes.some((theme) => theme.key === key)
    const draft = draftPoll(asked, isTheme, known ? known.createdAtUs : nowUs)
    const poll = known || (await ports.polls.insert(draft, idempotencyKey))
    if (!saysTheSame(poll, draft))
      throw outOfRange('IDEMPOTENCY_KEY_REUSED', 'this key has created another poll')
    // At a repetition too: the first one may have died between the store and here.
    ports.announcer.publishPollsChanged([poll.id])
    return poll
  }
