/** A sequence of numbers that a seed decides. */
export interface Random {
  /** From 0 on, below 1. */
  fraction(): number
  /** A number from `least` on, below `most`. */
  between(least: number, most: number): number
  chance(share: number): boolean
  pick<T>(from: readonly T[]): T
  shuffle<T>(all: readonly T[]): readonly T[]
}

/** Mulberry32: 32 bits of state are plenty for some ten thousand choices, and it is the same everywhere. */
export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const pick = <T>(from: readonly T[]): T => {
    if (from.length === 0) throw new Error('there is nothing to pick from')
    return from[Math.floor(fraction() * from.length)] as T
  }
  return {
    ...{ fraction, pick },
    between: (least, most) => least + fraction() * (most - least),
    chance: (share) => fraction() < share,
    shuffle: (all) =>
      all
        .map((each) => ({ each, place: fraction() }))
        .sort((a, b) => a.place - b.place)
        .map(({ each }) => each),
  }
}
