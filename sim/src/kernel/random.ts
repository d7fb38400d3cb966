/** Random numbers that depend on nothing but the seed. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** An integer in [0, limit). */
  below(limit: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly [T, ...T[]]): T
  uuid(): string
}

const UINT32 = 2 ** 32
const BITS = { seed: 0x6d2b79f5, first: 15, second: 7, third: 14, odd: 61 }

/** mulberry32 (Tommy Ettinger's generator of 32 bits, public domain): small, fast, and good enough to choose schedules. */
export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + BITS.seed) >>> 0
    let mixed = Math.imul(state ^ (state >>> BITS.first), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> BITS.second), mixed | BITS.odd)
    return ((mixed ^ (mixed >>> BITS.third)) >>> 0) / UINT32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => below(16).toString(16)).join('')
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)] ?? items[0],
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
  }
}

const FNV = { basis: 0x811c9dc5, prime: 0x01000193 }

/** FNV-1a over a text, going on from `hash`. */
export const hashOf = (text: string, hash = FNV.basis): number => {
  let mixed = hash
  for (let at = 0; at < text.length; at++) mixed = Math.imul(mixed ^ text.charCodeAt(at), FNV.prime)
  return mixed >>> 0
}

/** Numbers of one name under a seed: what one part of a world draws does not move what the others do. */
export const randomOf = (seed: number, name: string): Random => seededRandom(hashOf(name, seed >>> 0))
