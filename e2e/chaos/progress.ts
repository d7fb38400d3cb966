import { listed, type Tally } from './tally.js'

/** Tells people how a run goes: on standard error, at once, and not when jest has gathered everything. */
export const say = (text: string): void => void process.stderr.write(`chaos: ${text}\n`)

const EVERY_MS = 10_000
const MOST_ANSWERS = 6

/** Says every 10 s how it goes, and the most frequent answers since the last time, until it is disposed of. */
export const showProgress = (tally: Tally, underWay: () => string): Disposable => {
  const startedMs = performance.now()
  let [lastMs, lastDecided] = [startedMs, 0]
  let lastAnswers: ReadonlyMap<string, number> = new Map()
  const timer = setInterval(() => {
    const nowMs = performance.now()
    const rate = Math.round(((tally.decided - lastDecided) * 1_000) / (nowMs - lastMs))
    const since = [...tally.answers].map(
      ([what, count]) => [what, count - (lastAnswers.get(what) ?? 0)] as const,
    )
    const answers = listed(new Map(since.filter(([, count]) => count > 0)), MOST_ANSWERS)
    const seconds = Math.round((nowMs - startedMs) / 1_000)
    say(`${seconds} s, ${rate} votes/s, ${tally.open} open, ${underWay()}; ${answers}`)
    ;[lastMs, lastDecided, lastAnswers] = [nowMs, tally.decided, new Map(tally.answers)]
  }, EVERY_MS)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
