import type { Budget, RateLimitStore } from '../../domain/ports.js'
import { budgetKey } from './client-address.js'
import { Problem } from './problem.js'

export type BudgetName = 'ip' | 'streams'

/** The window that policies are told in. */
const WINDOW_MS = 60_000

/** So many requests a minute: all at once, or one after the other. Undefined for 0, no limit. */
export const perMinute = (requests: number): Budget | undefined =>
  requests === 0 ? undefined : { burst: requests, intervalMs: WINDOW_MS / requests }

export interface Limited {
  /** RateLimit-Policy and RateLimit, draft-ietf-httpapi-ratelimit-headers-11. */
  readonly headers: Readonly<Record<string, string>>
  readonly refusal: Problem | undefined
}

/** Takes one request out of an address' budget. */
export type Limit = (name: BudgetName, address: string) => Promise<Limited>

const UNLIMITED: Limited = { headers: {}, refusal: undefined }

const seconds = (ms: number): number => Math.ceil(ms / 1_000)

export const makeLimit =
  (store: RateLimitStore, budgets: Readonly<Record<BudgetName, Budget | undefined>>): Limit =>
  async (name, address) => {
    const budget = budgets[name]
    if (budget === undefined) return UNLIMITED
    const taken = await store.take(`${name}:${budgetKey(address)}`, budget)
    // Who is refused may come back before the whole budget is there again: both headers name that moment.
    const waitMs = taken.allowed ? taken.resetMs : taken.retryAfterMs
    const headers = {
      'RateLimit-Policy': `"${name}";q=${budget.burst};w=${seconds(budget.burst * budget.intervalMs)}`,
      RateLimit: `"${name}";r=${taken.remaining};t=${seconds(waitMs)}`,
    }
    if (taken.allowed) return { headers, refusal: undefined }
    const { retryAfterMs } = taken
    return {
      headers,
      refusal: new Problem(429, 'RATE_LIMITED', 'Too many requests from this address.', { retryAfterMs }),
    }
  }
