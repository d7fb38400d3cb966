import { decodeItem } from '@votestream/bus/codec.js'
import type { Seen, SentFrame } from './observer.js'

/** A poll's state as its owner had it from a moment on. */
export interface TrueState {
  readonly pollId: number
  readonly version: number
  readonly counts: readonly number[]
  readonly atMs: number
}

const sum = (counts: readonly number[]): number => counts.reduce((all, each) => all + each, 0)

/** Counts may be shorter than the poll's options: the rest is 0. */
const sameCounts = (a: readonly number[], b: readonly number[]): boolean =>
  Array.from({ length: Math.max(a.length, b.length) }).every(
    (_, index) => (a[index] ?? 0) === (b[index] ?? 0),
  )

const nameOf = ({ observer, stream, atMs }: Seen): string => `${observer}, stream ${stream}, at ${atMs} ms`

const newestOf = (truth: readonly TrueState[]): Map<number, TrueState> =>
  new Map(
    [...truth]
      .sort((a, b) => a.version - b.version)
      .map((state): [number, TrueState] => [state.pollId, state]),
  )

/** What one observer sees never goes back: not the version, not the total, not the time; on one stream not even what its client drops. */
export const checkForwardOnly = (seen: readonly Seen[]): string[] => {
  const problems: string[] = []
  const last = new Map<string, Seen>()
  for (const now of seen) {
    const streamKey = `${now.observer}/${now.stream}`
    for (const key of now.shown ? [streamKey, now.observer] : [streamKey]) {
      const before = last.get(key)
      const isSameStream = before?.stream === now.stream
      if (before && (now.version < before.version || now.total < before.total))
        problems.push(`${nameOf(now)}: version ${now.version} after ${before.version}`)
      if (before && isSameStream && now.asOfMs < before.asOfMs)
        problems.push(`${nameOf(now)}: as_of ${now.asOfMs} after ${before.asOfMs}`)
      last.set(key, now)
    }
  }
  return problems
}

/** One version is one state, for everybody, and one that its owner had. */
export const checkOneOrder = (seen: readonly Seen[], truth: readonly TrueState[]): string[] => {
  const known = new Map(truth.map((state) => [`${state.pollId}/${state.version}`, state]))
  return seen.flatMap((now) => {
    const real = known.get(`${now.pollId}/${now.version}`)
    if (real === undefined) return [`${nameOf(now)}: version ${now.version} never was`]
    if (now.atMs < real.atMs) return [`${nameOf(now)}: version ${now.version} before it was`]
    return sameCounts(real.counts, now.counts) && sum(now.counts) === now.total
      ? []
      : [`${nameOf(now)}: version ${now.version} is ${real.counts.join()}, not ${now.counts.join()}`]
  })
}

/** Never more than was sent. */
export const checkNeverMore = (seen: readonly Seen[], sentOf: (pollId: number) => number): string[] =>
  seen.flatMap((now) =>
    now.total > sentOf(now.pollId) ? [`${nameOf(now)}: ${now.total} of ${sentOf(now.pollId)} sent`] : [],
  )

/** Once all is quiet, every open stream shows the owner's state, confirmed. */
export const checkStreamsAtEnd = (
  observers: readonly { readonly last: Seen | undefined; readonly isOpen: boolean }[],
  truth: readonly TrueState[],
): string[] => {
  const newest = newestOf(truth)
  return observers.flatMap(({ last, isOpen }, index) => {
    if (!isOpen || last === undefined) return [`observer ${index} has no open stream`]
    const real = newest.get(last.pollId)
    if (real?.version !== last.version || !sameCounts(real.counts, last.counts))
      return [`${nameOf(last)}: shows version ${last.version}, not ${real?.version}`]
    return last.stale ? [`${nameOf(last)}: shows version ${last.version} as stale`] : []
  })
}

/** Once all is quiet, every key that is present says what its owner says. */
export const checkKeysAtEnd = (
  values: ReadonlyMap<string, unknown>,
  truth: readonly TrueState[],
): string[] => {
  const newest = newestOf(truth)
  return [...values].flatMap(([key, value]) => {
    const state = decodeItem('results', String(value))
    const real = state && newest.get(state.pollId)
    return state && real?.version === state.version && sameCounts(real.counts, state.counts)
      ? []
      : [`${key} is ${String(value)}, not version ${real?.version}`]
  })
}

/** While a room is open, one revision is one document for all of its seats; only `as_of` may be confirmed meanwhile. */
export const checkSameBytes = (sent: readonly SentFrame[]): string[] => {
  const rooms = new Map<object, Map<number, string>>()
  const seen = new Set<object>()
  return sent.flatMap(({ room, frame }) => {
    if (seen.has(frame)) return []
    seen.add(frame)
    const revisions = rooms.get(room) ?? new Map<number, string>()
    rooms.set(room, revisions)
    const text = frame.json.toString().replace(/"as_of":"[^"]*"/, '')
    const before = revisions.get(frame.revision) ?? text
    revisions.set(frame.revision, before)
    return before === text ? [] : [`revision ${frame.revision} is ${before} and ${text}`]
  })
}

/** A stretch of virtual time. */
export interface Stretch {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * In a quiet stretch (every process and stream well, the owner answers) whoever has an open stream is never further behind than `boundMs`, whatever is
 * lost on the bus, unless what it sees says that it is stale.
 */
export const checkBoundedError = (
  seen: readonly Seen[],
  truth: readonly TrueState[],
  { fromMs, toMs, boundMs }: Stretch & { readonly boundMs: number },
): string[] => {
  const shown = new Map<string, Seen>()
  for (const now of seen) if (now.atMs <= toMs && now.shown) shown.set(now.observer, now)
  return [...shown.values()].flatMap((last) => {
    if (last.stale) return []
    const due = truth.filter(
      ({ pollId, atMs }) => pollId === last.pollId && atMs <= toMs - boundMs && atMs >= fromMs,
    )
    const missed = due.find(({ version }) => version > last.version)
    return missed
      ? [`${nameOf(last)}: shows ${last.version} at ${toMs} ms, ${missed.version} was at ${missed.atMs} ms`]
      : []
  })
}

/** In a stretch in which nothing can be confirmed, every open stream says so at the end of it. */
export const checkStale = (
  observers: readonly { readonly last: Seen | undefined; readonly isOpen: boolean }[],
): string[] =>
  observers.flatMap(({ last, isOpen }) =>
    isOpen && last?.stale === false
      ? [`${nameOf(last)}: version ${last.version} is not said to be stale`]
      : [],
  )

/** In a stretch in which everything is well, nothing that is shown is said to be stale. */
export const checkFresh = (seen: readonly Seen[], { fromMs, toMs }: Stretch): string[] =>
  seen.flatMap((now) =>
    now.shown && now.stale && now.atMs >= fromMs && now.atMs <= toMs
      ? [`${nameOf(now)}: version ${now.version} is said to be stale`]
      : [],
  )
