import { makePace } from './pace.js'

/** Items of one topic that wait to be sent. */
export interface Shelf<Item> {
  add(item: Item): void
  /** Takes back what could not be sent; what was added meanwhile is newer. */
  putBack(items: readonly Item[]): void
  /** Takes what may leave now, or everything when `heedless` of the pace. */
  take(nowMs: number, heedless: boolean): Item[]
  /** How long until something may leave; undefined when nothing waits. */
  dueInMs(nowMs: number): number | undefined
}

export interface ShelfLimits {
  /** How many items may wait; the oldest give way. */
  readonly capacity: number
  readonly onDropped: () => void
}

export interface NewestPerKeyOptions<Item, Key> extends ShelfLimits {
  readonly keyOf: (item: Item) => Key
  /** Whether `later`, which was added later, replaces `waiting`. */
  readonly replaces: (later: Item, waiting: Item) => boolean
  /** How long after one item of a key the next one may leave; the first leaves at once. */
  readonly intervalMs: number
}

/** Keeps one item of each key: the newest. */
export const newestPerKey = <Item, Key>(options: NewestPerKeyOptions<Item, Key>): Shelf<Item> => {
  const { keyOf, replaces, intervalMs, capacity, onDropped } = options
  const waiting = new Map<Key, Item>()
  const pace = makePace<Key>(intervalMs)

  const keep = (item: Item, isNewerThan: (present: Item) => boolean): void => {
    const key = keyOf(item)
    const present = waiting.get(key)
    if (present !== undefined && !isNewerThan(present)) return
    waiting.set(key, item)
    if (waiting.size <= capacity) return
    const [oldest] = waiting.keys()
    waiting.delete(oldest as Key)
    onDropped()
  }

  return {
    add: (item) => keep(item, (present) => replaces(item, present)),
    putBack: (items) => {
      for (const item of items) keep(item, (present) => !replaces(present, item))
    },
    take: (nowMs, heedless) => {
      const due = [...waiting].filter(([key]) => heedless || pace.dueInMs(key, nowMs) <= 0)
      for (const [key] of due) {
        waiting.delete(key)
        pace.leave(key, nowMs)
      }
      return due.map(([, item]) => item)
    },
    dueInMs: (nowMs) => {
      if (waiting.size === 0) return undefined
      let soonestMs = Infinity
      for (const key of waiting.keys()) {
        soonestMs = Math.min(soonestMs, pace.dueInMs(key, nowMs))
        if (soonestMs <= 0) return 0
      }
      return soonestMs
    },
  }
}

/** Keeps every item, in order. */
export const inOrder = <Item>({ capacity, onDropped }: ShelfLimits): Shelf<Item> => {
  let waiting: Item[] = []

  const keepNewest = (items: Item[]): void => {
    const surplus = Math.max(items.length - capacity, 0)
    for (let dropped = 0; dropped < surplus; dropped += 1) onDropped()
    waiting = items.slice(surplus)
  }

  return {
    add: (item) => {
      if (waiting.push(item) > capacity) keepNewest(waiting)
    },
    putBack: (items) => keepNewest([...items, ...waiting]),
    take: () => waiting.splice(0),
    dueInMs: () => (waiting.length === 0 ? undefined : 0),
  }
}
