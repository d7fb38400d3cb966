/** A viewer need not say anything; this leaves room for a client's own keep-alive. */
const MESSAGES = 10
const WINDOW_MS = 1_000

/** Says of each message of one client whether it is still within 10 in any one second. */
export const makeMessageAllowance = (): ((nowMs: number) => boolean) => {
  const lastTen: number[] = []
  return (nowMs) => {
    const oldest = lastTen.length < MESSAGES ? undefined : lastTen.shift()
    lastTen.push(nowMs)
    return oldest === undefined || nowMs - oldest >= WINDOW_MS
  }
}
