/** Nobody waits longer than this for a word without wondering. */
const EVERY_MS = 10_000

/** Says now and then that a long step still works, until it is stopped; also tells how long the step has taken. */
export function signOfLife(what, { quiet = false } = {}) {
  const startedAt = Date.now()
  const seconds = () => Math.round((Date.now() - startedAt) / 1000)
  const timer = setInterval(() => {
    if (!quiet) console.log(`  still ${what} after ${seconds()} s`)
  }, EVERY_MS)
  return { seconds, stop: () => clearInterval(timer) }
}
