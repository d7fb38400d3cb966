import type { Poll, Theme } from '../../../domain/poll.js'
import type { PollResults } from '../../../app/get-results.js'

/** RFC 3339 in UTC with milliseconds. */
const timeOf = (microseconds: number): string => new Date(microseconds / 1_000).toISOString()

/** Nothing for a time that there is not: most polls have none of them. */
const timeIn = (key: string, microseconds: number | null) =>
  microseconds === null ? {} : { [key]: timeOf(microseconds) }

export const pollDocument = ({ id, question, theme, status, options, ...times }: Poll) => ({
  id,
  question,
  theme,
  status,
  options: options.map((text, index) => ({ index, text })),
  created_at: timeOf(times.createdAtUs),
  ...timeIn('opens_at', times.opensAtUs),
  ...timeIn('closes_at', times.closesAtUs),
  ...timeIn('closed_at', times.closedAtUs),
})

export const themesDocument = (themes: readonly Theme[]) =>
  Object.fromEntries(
    themes.map(({ key, name, slug, description, color, icon, pollCount }) => [
      key,
      { name, slug, description, color, icon, poll_count: pollCount },
    ]),
  )

export const resultsDocument = ({ poll, results }: PollResults) => {
  const options = poll.options.map((text, index) => ({ index, text, votes: results.counts[index] ?? 0 }))
  return {
    poll_id: poll.id,
    status: results.status,
    version: results.version,
    total_votes: options.reduce((sum, { votes }) => sum + votes, 0),
    options,
    as_of: timeOf(results.asOfUs),
    stale: results.stale,
    final: results.status === 'closed',
  }
}
