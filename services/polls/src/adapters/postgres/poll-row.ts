import type { Poll } from '../../domain/poll.js'

const microseconds = (column: string): string =>
  `(extract(epoch FROM ${column}) * 1000000)::bigint AS ${column}_us`

/** The columns of a poll, in every query. */
export const POLL_COLUMNS = ['id', 'question', 'theme', 'status', 'options']
  .concat(['created_at', 'opens_at', 'closes_at', 'closed_at'].map(microseconds))
  .join(', ')

/** The same, of a statement that has them by these names. */
export const POLL_NAMES =
  'id, question, theme, status, options, created_at_us, opens_at_us, closes_at_us, closed_at_us'

export interface PollRow {
  readonly id: number
  readonly question: string
  readonly theme: string | null
  readonly status: Poll['status']
  readonly options: readonly string[]
  readonly created_at_us: number
  readonly opens_at_us: number | null
  readonly closes_at_us: number | null
  readonly closed_at_us: number | null
}

export const pollOfRow = (row: PollRow): Poll => {
  const { created_at_us, opens_at_us, closes_at_us, closed_at_us, ...poll } = row
  return {
    ...poll,
    createdAtUs: created_at_us,
    opensAtUs: opens_at_us,
    closesAtUs: closes_at_us,
    closedAtUs: closed_at_us,
  }
}
