import type { Appended } from '../../domain/ports.js'

const RETRY_AFTER_MS = 1_000

/** Certainly not in the log. */
export const refused = (reason: 'OVERLOADED' | 'UNAVAILABLE'): Appended => ({
  status: 'refused',
  reason,
  retryAfterMs: RETRY_AFTER_MS,
})
