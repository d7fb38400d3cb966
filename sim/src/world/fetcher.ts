import type { Brokers } from './brokers.js'

/** Of a hundred fetches: how many bring a few records again that lie before what was asked for, and how many are cut short. */
const EARLIER = 5
const CUT = 30
const MOST_EARLIER = 3

/** One partition of the assignment that is valid now. */
export interface Fetcher {
  readonly partition: number
  readonly generation: number
  /** The next offset to fetch. */
  position: number
  /** A seek that the next fetch obeys. */
  sought: number | undefined
  busy: boolean
  paused: boolean
}

/** A batch may seek while it is taken. */
export const isSought = ({ sought }: Fetcher): boolean => sought !== undefined

/** What one fetch brings: cut anywhere, and sometimes with records again that were fetched before. */
export const messagesFor = (
  { topic, world }: Brokers,
  { partition, position }: Fetcher,
): readonly { readonly offset: string; readonly value: Buffer }[] => {
  const { random } = world.kernel
  const isEarlier = position > MOST_EARLIER + 1 && random.below(100) < EARLIER
  if (isEarlier) world.coverage.count('replayed stretch')
  const from = position - (isEarlier ? 1 + random.below(MOST_EARLIER) : 0)
  const end = topic.endOf(partition)
  const to = random.below(100) < CUT ? position + 1 + random.below(end - position) : end
  return topic.read(partition, from, to).map((value, index) => ({ offset: String(from + index), value }))
}
