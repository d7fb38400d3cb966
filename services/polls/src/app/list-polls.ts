import { invalidArgument, notFound } from '@votestream/errors'
import type { Poll, PollStatus } from '../domain/poll.js'
import type { PollStore, ThemeStore } from '../domain/ports.js'
import { MAX_ANSWER_BYTES, weightOf } from './answer-size.js'

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 200

export interface PollQuery {
  /** A theme's key or its slug. */
  readonly theme?: string | undefined
  readonly status?: PollStatus | undefined
  readonly limit?: number | undefined
  /** The nextAfterId of the page before. */
  readonly afterId?: number | undefined
}

export interface PollPage {
  readonly polls: readonly Poll[]
  /** Undefined on the last page. */
  readonly nextAfterId: number | undefined
}

export type ListPolls = (query: PollQuery) => Promise<PollPage>

/** Lists polls, newest first, a page at a time. Throws not_found `THEME_NOT_FOUND`, invalid_argument `INVALID_QUERY`. */
export const makeListPolls = ({ polls, themes }: { polls: PollStore; themes: ThemeStore }): ListPolls => {
  const keyOf = async (theme: string): Promise<string> => {
    const found = (await themes.findAll()).find(({ key, slug }) => key === theme || slug === theme)
    if (found === undefined) throw notFound('THEME_NOT_FOUND', 'there is no such theme')
    return found.key
  }

  return async ({ theme, status, limit = DEFAULT_LIMIT, afterId }) => {
    assertInRange('limit', limit, MAX_LIMIT)
    if (afterId !== undefined) assertInRange('after', afterId, Number.MAX_SAFE_INTEGER)
    const filter = { theme: theme === undefined ? undefined : await keyOf(theme), status, beforeId: afterId }
    const found = await polls.list(filter, limit + 1) // one more tells whether there is a next page
    const page = found.slice(0, Math.min(limit, countThatFits(found)))
    return { polls: page, nextAfterId: page.length < found.length ? page.at(-1)?.id : undefined }
  }
}

const assertInRange = (path: string, value: number, max: number): void => {
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return
  const message = `must be a whole number from 1 to ${max}`
  throw invalidArgument('INVALID_QUERY', `${path} ${message}`, { details: [{ path, message }] })
}

/** How many of the polls fit into one answer. */
const countThatFits = (polls: readonly Poll[]): number => {
  let bytes = 0
  const first = polls.findIndex((poll) => (bytes += weightOf(poll)) > MAX_ANSWER_BYTES)
  return first === -1 ? polls.length : first
}
