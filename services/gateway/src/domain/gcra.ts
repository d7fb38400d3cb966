import type { Budget, Taken } from './ports.js'

/** Sums of fractions of milliseconds are off by less than this. */
export const ROUNDING_MS = 0.001

/**
 * What is told of one request by GCRA: `owedMs` is the time until the budget is whole again, each request owing one interval. A refused one
 * owes nothing, so `owedMs` is then what the ones before it owe.
 */
export const takenOf = ({ burst, intervalMs }: Budget, owedMs: number, allowed: boolean): Taken => {
  const remaining = Math.max(0, Math.floor(burst - (owedMs - ROUNDING_MS) / intervalMs))
  return {
    allowed,
    remaining,
    resetMs: owedMs,
    retryAfterMs: remaining > 0 ? 0 : owedMs - (burst - 1) * intervalMs,
  }
}
