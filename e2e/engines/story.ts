import type { Results } from '../client/documents.js'
import { countedByStatus, quantileMs, type Entry } from './diary.js'

/** What was answered and shown from when everybody could know of an outage until its end. */
export interface Story {
  readonly beganMs: number
  /** When the process was there again, and how long that took after nothing held it any more. */
  readonly backMs: number
  readonly comesBackMs: number
  /** From the very beginning of the outage on. */
  readonly votesFromStart: readonly Entry[]
  readonly votes: readonly Entry[]
  readonly reads: readonly Entry[]
  readonly healths: readonly Entry[]
  /** By viewers: what came after the outage was known. */
  readonly shown: readonly (readonly Results[])[]
  /** By viewers: what stood there at the end. */
  readonly shownLast: readonly (Results | undefined)[]
}

/** Different values, in the order of their first appearance. */
export const kindsOf = (values: readonly unknown[]): readonly unknown[] =>
  [...new Set(values.map((value) => JSON.stringify(value)))].map((text) => JSON.parse(text) as unknown)

/** How they were answered; 0 is not at all. */
export const statusesOf = (entries: readonly Entry[]): readonly unknown[] =>
  kindsOf(entries.map(({ answer }) => answer?.status ?? 0))

/** Whether the results that were read said that they are stale. */
export const stalenessOf = (entries: readonly Entry[]): readonly unknown[] =>
  kindsOf(entries.map(({ answer }) => (answer?.body as Results | undefined)?.stale ?? 'no answer'))

/** What /health said, without the number of connections. */
export const healthsOf = ({ healths }: Story): readonly unknown[] =>
  kindsOf(
    healths.map(({ answer }) => ({
      http: answer?.status,
      ...(answer?.body as object | undefined),
      active_connections: undefined,
    })),
  )

/** Whether what viewers were shown said that it is stale. */
export const shownAs = (story: Story): readonly unknown[] =>
  kindsOf(story.shown.flatMap((documents) => documents.map(({ stale }) => stale)))

/** How many documents the viewer was shown who was shown the fewest. */
export const fewestShown = (story: Story): number => Math.min(...story.shown.map(({ length }) => length))

/** The table as it was observed, for whoever runs this: all votes, those from when it was known, reads. */
export const report = (what: string, story: Story, normalAfterMs: number): void => {
  const { votesFromStart, votes, reads, comesBackMs } = story
  const medians = [votes, reads].map((entries) => Math.round(quantileMs(entries, 0.5)))
  const counted = [votesFromStart, votes, reads].map(countedByStatus)
  const healing = { comesBackMs: Math.round(comesBackMs), normalAfterMs: Math.round(normalAfterMs) }
  process.stderr.write(`${what}: ${JSON.stringify({ counted, medians, ...healing })}\n`)
}
