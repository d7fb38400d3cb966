import type { Poll } from '../domain/poll.js'

/** What may go into one answer: the 1 MiB of a message less room for its frame. A poll of the largest kind has 11 KB. */
export const MAX_ANSWER_BYTES = 1_000_000

/** Ids, times, status and field tags, generously. */
const FIXED_BYTES = 64
const BYTES_A_TEXT = 3

/** About how many bytes a poll takes in an answer; never too few. */
export const weightOf = ({ question, theme, options }: Poll): number =>
  [question, theme ?? '', ...options].reduce(
    (sum, text) => sum + Buffer.byteLength(text) + BYTES_A_TEXT,
    FIXED_BYTES,
  )
