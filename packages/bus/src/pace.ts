/** Keeps what has one key at least an interval apart. */
export interface Pace<Key> {
  /** How long until the next of this key may leave; at most 0 when it may now. */
  dueInMs(key: Key, nowMs: number): number
  /** Notes that one of this key leaves. */
  leave(key: Key, nowMs: number): void
  /** How many keys it remembers: those that left within the interval. */
  readonly size: number
}

export const makePace = <Key>(intervalMs: number): Pace<Key> => {
  const leftAtMs = new Map<Key, number>() // oldest first

  const dueInMs = (key: Key, nowMs: number): number => (leftAtMs.get(key) ?? -Infinity) + intervalMs - nowMs

  const forgetOld = (nowMs: number): void => {
    for (const key of leftAtMs.keys()) {
      if (dueInMs(key, nowMs) > 0) return
      leftAtMs.delete(key)
    }
  }

  return {
    dueInMs,
    leave: (key, nowMs) => {
      forgetOld(nowMs)
      leftAtMs.delete(key) // so that it comes to stand last
      leftAtMs.set(key, nowMs)
    },
    get size() {
      return leftAtMs.size
    },
  }
}
