const POLL_INTERVAL_MS = 20
/** Only what fails takes so long: a machine that is busy with other suites may stand still for seconds. */
const DEFAULT_TIMEOUT_MS = 12_000

/** Repeats an assertion until it holds and gives its value; after `timeoutMs` (12,000) it throws what the assertion threw last. */
export const eventually = async <T>(
  assertion: () => T | Promise<T>,
  { timeoutMs = DEFAULT_TIMEOUT_MS }: { timeoutMs?: number } = {},
): Promise<T> => {
  const giveUpAt = performance.now() + timeoutMs
  for (;;) {
    try {
      return await assertion()
    } catch (error) {
      if (performance.now() >= giveUpAt) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS))
  }
}
