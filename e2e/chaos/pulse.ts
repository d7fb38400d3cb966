import { setTimeout as sleep } from 'node:timers/promises'

interface Beat {
  readonly sentMs: number
  /** Of the first attempt; undefined while nothing was answered. */
  status: number | undefined
}

/** Whether votes are answered normally: by each vote's first attempt. */
export interface Pulse {
  /** Notes a first attempt, and takes its status later; 0 is no answer at all. */
  beat(): (status: number) => void
  /** Resolves to how long after `fromMs` votes began to be answered normally for a whole second; Infinity when that does not come. */
  untilNormal(fromMs: number, timeoutMs: number): Promise<number>
}

/** Normal is: all that were sent within this time were counted at the first attempt. */
const NORMAL_MS = 1_000
const FEWEST_VOTES = 20
const LOOK_EVERY_MS = 100
/** Longer than anybody looks back. */
const REMEMBERED_MS = 90_000
const OK = 200

export const makePulse = (): Pulse => {
  const beats: Beat[] = []
  const forget = (): void => {
    const old = beats.findIndex(({ sentMs }) => sentMs > performance.now() - REMEMBERED_MS)
    if (old > 0) beats.splice(0, old)
  }
  /** When the first second began that was normal; undefined while there is none. */
  const normalSince = (fromMs: number): number | undefined => {
    let [sinceMs, votes] = [fromMs, 0]
    for (const { sentMs, status } of beats) {
      if (sentMs < fromMs) continue
      if (votes >= FEWEST_VOTES && sentMs - sinceMs >= NORMAL_MS) return sinceMs
      if (status === undefined) return undefined
      votes = status === OK ? votes + 1 : 0
      if (status !== OK) sinceMs = sentMs
    }
    return undefined
  }
  return {
    beat() {
      const beat: Beat = { sentMs: performance.now(), status: undefined }
      beats.push(beat)
      if (beats.length % 1_000 === 0) forget()
      return (status) => (beat.status = status)
    },
    async untilNormal(fromMs, timeoutMs) {
      const giveUpMs = performance.now() + timeoutMs
      while (performance.now() < giveUpMs) {
        const sinceMs = normalSince(fromMs)
        if (sinceMs !== undefined) return sinceMs - fromMs
        await sleep(LOOK_EVERY_MS)
      }
      return Infinity
    },
  }
}
