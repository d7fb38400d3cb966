import type { Poll } from '../../domain/poll.js'

/** The columns of a poll, in every query. */
export const POLL_COLUMNS = `id, question, theme, status, options,
  (extract(epoch FROM created_at) * 1000000)::bigint AS created_at_us`

export interface PollRow {
  readonly id: number
  readonly question: string
  readonly theme: string | null
  readonly status: Poll['status']
  readonly options: readonly string[]
  readonly created_at_us: number
}

export const pollOfRow = ({ created_at_us: createdAtUs, ...poll }: PollRow): Poll => ({
  ...poll,
  createdAtUs,
})
