import type { PollStatus, PollVersion, Progress, Rejection, ResultsState, Topic } from './bus.js'

/** How many streams one replica has open. */
export interface ReplicaConnections {
  readonly replica: string
  readonly count: number
}

/** What a message of each topic is a list of. */
export interface TopicItems {
  readonly results: ResultsState
  readonly progress: Progress
  readonly polls_changed: number
  readonly connections: ReplicaConnections
}

interface Codec<Item> {
  /** Items travel as short JSON arrays: names would be half of the message. */
  encode(item: Item): string
  /** Undefined when it is not such an item. */
  decode(value: unknown): Item | undefined
}

const statuses: readonly unknown[] = ['open', 'closing', 'closed'] satisfies PollStatus[]

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const areCounts = (values: unknown[]): values is number[] => values.every(isCount)
const isStatus = (value: unknown): value is PollStatus => statuses.includes(value)

/** Undefined when any of the values is not such an item. */
const decodeAll = <Item>(
  values: unknown,
  decode: (value: unknown) => Item | undefined,
): Item[] | undefined => {
  if (!Array.isArray(values)) return undefined
  const items = values.map(decode).filter((item) => item !== undefined)
  return items.length === values.length ? items : undefined
}

const results: Codec<ResultsState> = {
  encode: ({ pollId, version, status, asOfUs, counts }) =>
    JSON.stringify([pollId, version, status, asOfUs, counts]),
  decode: (value) => {
    if (!Array.isArray(value)) return undefined
    const [pollId, version, status, asOfUs, counts] = value as unknown[]
    if (!isCount(pollId) || !isCount(version) || !isStatus(status) || !isCount(asOfUs)) return undefined
    return Array.isArray(counts) && areCounts(counts)
      ? { pollId, version, status, asOfUs, counts }
      : undefined
  },
}

const decodeRejection = (value: unknown): Rejection | undefined => {
  if (!Array.isArray(value)) return undefined
  const [offset, reason] = value as unknown[]
  return isCount(offset) && typeof reason === 'string' ? { offset, reason } : undefined
}

const decodeVersion = (value: unknown): PollVersion | undefined => {
  if (!Array.isArray(value)) return undefined
  const [pollId, version] = value as unknown[]
  return isCount(pollId) && isCount(version) ? [pollId, version] : undefined
}

/** Rejections as they stand in a message. */
export const encodeRejections = (rejected: readonly Rejection[]): string =>
  JSON.stringify(rejected.map(({ offset, reason }) => [offset, reason]))

const progress: Codec<Progress> = {
  encode: ({ logId, partition, from, next, rejected, versions }) =>
    `[${JSON.stringify(logId)},${partition},${from},${next},${encodeRejections(rejected)},${JSON.stringify(versions)}]`,
  decode: (value) => {
    if (!Array.isArray(value)) return undefined
    const [logId, partition, from, next, rejections, pairs] = value as unknown[]
    if (typeof logId !== 'string' || !isCount(partition) || !isCount(from) || !isCount(next)) return undefined
    const rejected = decodeAll(rejections, decodeRejection)
    const versions = decodeAll(pairs, decodeVersion)
    return rejected && versions && { logId, partition, from, next, rejected, versions }
  },
}

const pollsChanged: Codec<number> = {
  encode: String,
  decode: (value) => (isCount(value) ? value : undefined),
}

const connections: Codec<ReplicaConnections> = {
  encode: ({ replica, count }) => JSON.stringify([replica, count]),
  decode: (value) => {
    if (!Array.isArray(value)) return undefined
    const [replica, count] = value as unknown[]
    return typeof replica === 'string' && isCount(count) ? { replica, count } : undefined
  },
}

const codecs: { readonly [T in Topic]: Codec<TopicItems[T]> } = {
  results,
  progress,
  polls_changed: pollsChanged,
  connections,
}

/** One item as it stands in a message. */
export const encodeItem = <T extends Topic>(topic: T, item: TopicItems[T]): string =>
  codecs[topic].encode(item)

/** The items of a message; undefined when it is malformed in any way. */
export const decodeMessage = <T extends Topic>(topic: T, payload: string): TopicItems[T][] | undefined => {
  let values: unknown
  try {
    values = JSON.parse(payload)
  } catch {
    return undefined
  }
  return decodeAll(values, (value) => codecs[topic].decode(value))
}

/** One item that stands alone; undefined when it is malformed in any way. */
export const decodeItem = <T extends Topic>(topic: T, text: string): TopicItems[T] | undefined =>
  decodeMessage(topic, `[${text}]`)?.[0]
