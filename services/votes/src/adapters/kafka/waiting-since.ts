import type { PartitionEnds } from './topic.js'

/** Records up to this offset lay in a partition, not all of them folded, at this moment. */
interface Mark {
  readonly high: number
  readonly sinceMs: number
}

/**
 * Knows how long records wait for their fold: what was seen waiting counts from then until all of it is folded. A partition that moves on keeps
 * starting anew, so its age says how long a fold is behind, and that of one that stands still grows without end.
 */
export class WaitingSince {
  readonly #marks = new Map<number, Mark>()

  /** Takes where partitions ended at a moment, and up to where they were folded soon after it. */
  note(ends: readonly PartitionEnds[], bookmarks: ReadonlyMap<number, number>, atMs: number): void {
    for (const { partition, high } of ends) {
      const folded = bookmarks.get(partition) ?? 0
      const mark = this.#marks.get(partition)
      if (mark !== undefined && folded < mark.high) continue
      if (folded < high) this.#marks.set(partition, { high, sinceMs: atMs })
      else this.#marks.delete(partition)
    }
  }

  /** How long something has been waiting, in milliseconds, by partition; those where nothing waits are 0. */
  agesMs(partitions: Iterable<number>, nowMs: number): ReadonlyMap<number, number> {
    return new Map(
      [...partitions].map((partition) => {
        const mark = this.#marks.get(partition)
        return [partition, mark === undefined ? 0 : Math.max(0, nowMs - mark.sinceMs)]
      }),
    )
  }
}
