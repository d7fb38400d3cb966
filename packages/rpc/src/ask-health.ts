import type { HealthCheck } from './service-types.js'

export type ServingStatus = 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN'

/** A check has this long: an engine that is silent for longer does not serve, and who asks does not wait for it. */
const CHECK_TIMEOUT_MS = 1_000

const statusOf = (healthy: boolean | null): ServingStatus => {
  if (healthy === null) return 'SERVICE_UNKNOWN'
  return healthy ? 'SERVING' : 'NOT_SERVING'
}

const bounded = async (check: HealthCheck): Promise<ServingStatus> => {
  let limit: NodeJS.Timeout | undefined
  const tooLate = new Promise<false>((resolve) => {
    limit = setTimeout(resolve, CHECK_TIMEOUT_MS, false)
  })
  try {
    return statusOf(await Promise.race([check(), tooLate]))
  } catch {
    return 'NOT_SERVING' // whatever a check could not find out, the answer is not yes
  } finally {
    clearTimeout(limit)
  }
}

/** Asks a check now, within 1 s; who asks meanwhile shares the answer, so however many ask, one check runs. */
export const healthAsker = (check: HealthCheck): (() => Promise<ServingStatus>) => {
  let asking: Promise<ServingStatus> | undefined
  return () => (asking ??= bounded(check).finally(() => (asking = undefined)))
}
