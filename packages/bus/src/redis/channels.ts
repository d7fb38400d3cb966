import type { Redis } from 'ioredis'

/** The polls' channels that a connection shall hear, and the way to hear them. */
export interface PollChannels {
  /** Subscribes to everything that is wanted; resolves when all of it is heard. */
  subscribeAll(): Promise<void>
  /** Says that a channel came to be wanted, or no longer is. */
  changed(channel: string): void
  /** Says that a message came on a channel. */
  heard(channel: string): void
}

export interface PollChannelsOptions {
  readonly redis: Redis
  readonly wanted: ReadonlySet<string>
  /** Called with the copy that lay in Redis when a channel began to be heard, unless a newer message came first. */
  readonly onCopy: (channel: string, copy: string) => void
  /** Called when the server did not do what it was told. */
  readonly onFailure: (error: unknown) => void
}

// So many names in one command: a burst neither blocks the server nor costs a round trip for each.
const CHANNELS_PER_COMMAND = 1_000

const inChunks = (channels: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(channels.length / CHANNELS_PER_COMMAND) }, (_, index) =>
    channels.slice(index * CHANNELS_PER_COMMAND, (index + 1) * CHANNELS_PER_COMMAND),
  )

/** The channels of one connection's life. A burst of changes is gathered: one round trip is under way at a time. */
export const pollChannels = ({ redis, wanted, onCopy, onFailure }: PollChannelsOptions): PollChannels => {
  const subscribed = new Set<string>()
  const unheard = new Set<string>()
  let changes = new Set<string>()
  let isSettling = false

  /** What was published before the subscription is in the copy, so whoever begins to watch misses nothing. */
  const readCopies = async (channels: readonly string[]): Promise<void> => {
    for (const channel of channels) unheard.add(channel)
    const copies = await redis.mget(...channels).catch(() => [])
    for (const [index, channel] of channels.entries()) {
      const copy = copies[index]
      if (unheard.delete(channel) && typeof copy === 'string') onCopy(channel, copy)
    }
  }

  const settleOnce = async (withCopies: boolean): Promise<void> => {
    const changed = [...changes]
    changes = new Set()
    const added = changed.filter((channel) => wanted.has(channel))
    const dropped = changed.filter((channel) => !wanted.has(channel) && subscribed.delete(channel))
    const answers: Promise<unknown>[] = inChunks(dropped).map((chunk) => redis.unsubscribe(...chunk))
    for (const chunk of inChunks(added)) {
      const fresh = chunk.filter((channel) => !subscribed.has(channel))
      for (const channel of fresh) subscribed.add(channel)
      if (fresh.length > 0) answers.push(redis.subscribe(...fresh))
      if (withCopies) answers.push(readCopies(chunk))
    }
    await Promise.all(answers)
  }

  const settle = async (withCopies: boolean): Promise<void> => {
    isSettling = true
    try {
      await Promise.resolve() // what this tick still changes comes along
      while (changes.size > 0) await settleOnce(withCopies)
    } finally {
      isSettling = false
    }
  }

  return {
    subscribeAll: () => {
      changes = new Set(wanted)
      return settle(false)
    },
    changed: (channel) => {
      changes.add(channel)
      if (!isSettling) void settle(true).catch(onFailure)
    },
    heard: (channel) => void unheard.delete(channel),
  }
}
