import { fakeClock, silentLogger } from '@votestream/testing'
import type { EachBatchPayload } from 'kafkajs'
import { randomUUID } from 'node:crypto'
import { FoldConsumer } from '../src/adapters/kafka/fold-consumer.js'
import type { FoldGroup, StretchOutcome } from '../src/adapters/kafka/fold-group.js'
import type { Consumer } from '../src/adapters/kafka/kafka-client.js'
import { encodeBallot, encodeGenesis } from '../src/adapters/kafka/record-codec.js'
import type { PartitionBatch } from '../src/domain/fold.js'
import { aBallot } from './builders.js'

export const LOG_ID = randomUUID()
export const GENESIS = encodeGenesis({ logId: LOG_ID, partitions: 2 })
export const ballot = (): Buffer => encodeBallot(aBallot())

interface Told {
  readonly seeks: string[]
  readonly folds: PartitionBatch[]
  readonly settle: ((outcome: StretchOutcome) => void)[]
  abandoned: number
  readonly foreign: string[]
  readonly crashes: string[]
  readonly assigned: (readonly number[])[]
  bookmarks: () => Promise<ReadonlyMap<number, number>>
  disconnected: number
  subscribed: number
}

/** A member of a group that is not there: the test plays kafkajs. */
export const aConsumer = async ({ bookmark = 1, connect = () => Promise.resolve() } = {}) => {
  const clock = fakeClock()
  const told: Told = {
    ...{ seeks: [], folds: [], settle: [], abandoned: 0, foreign: [], crashes: [], assigned: [] },
    ...{ disconnected: 0, subscribed: 0, bookmarks: () => Promise.resolve(new Map([[0, bookmark]])) },
  }
  const listeners = new Map<string, (event: { payload: object }) => void>()
  const run: { eachBatch?: (payload: EachBatchPayload) => Promise<void> } = {}
  const consumer = {
    on: (name: string, listener: (event: { payload: object }) => void) => listeners.set(name, listener),
    connect,
    subscribe: () => Promise.resolve(void (told.subscribed += 1)),
    run: (options: typeof run) => Promise.resolve(void Object.assign(run, options)),
    disconnect: () => Promise.resolve(void (told.disconnected += 1)),
    seek: ({ partition, offset }: { partition: number; offset: string }) =>
      void told.seeks.push(`${partition}@${offset}`),
  } as unknown as Consumer
  const group = {
    fold: (batch: PartitionBatch) => {
      told.folds.push(batch)
      const outcome = new Promise<StretchOutcome>((resolve) => told.settle.push(resolve))
      return { outcome, abandon: () => void (told.abandoned += 1) }
    },
  } as unknown as FoldGroup
  const member = new FoldConsumer({
    ...{
      consumer,
      topic: 't',
      group,
      clock,
      logger: silentLogger,
      genesis: { logId: LOG_ID, partitions: 2 },
    },
    readBookmarks: () => told.bookmarks(),
    onAssigned: (partitions) => told.assigned.push(partitions),
    onCrash: ({ message }) => told.crashes.push(message),
    onForeign: ({ message }) => told.foreign.push(message),
  })
  const started = member.start()
  await clock.advance(0)
  const join = (...partitions: number[]): void =>
    listeners.get('consumer.group_join')?.({ payload: { memberAssignment: { t: partitions } } })
  const crash = (error: Error): void => listeners.get('consumer.crash')?.({ payload: { error } })
  join(0, 1)
  told.seeks.length = 0
  return { member, clock, told, run, join, crash, started }
}

type Running = Awaited<ReturnType<typeof aConsumer>>

/** Gives the member a batch of partition 0. */
export const give = async (
  { run, clock }: Running,
  from: number,
  values: readonly (Buffer | null)[],
  stale = false,
) => {
  const seen = { resolved: [] as string[], heartbeats: 0, paused: 0, resumed: 0, error: '', done: false }
  const heart = { fails: false }
  const messages = values.map((value, index) => ({ value, offset: String(from + index) }))
  const payload = {
    batch: { topic: 't', partition: 0, messages },
    resolveOffset: (offset: string) => seen.resolved.push(offset),
    heartbeat: () => {
      seen.heartbeats += 1
      return heart.fails ? Promise.reject(new Error('rebalancing')) : Promise.resolve()
    },
    pause: () => {
      seen.paused += 1
      return () => void (seen.resumed += 1)
    },
    isRunning: () => true,
    isStale: () => stale,
  } as unknown as EachBatchPayload
  const ended = run.eachBatch?.(payload).then(
    () => (seen.done = true),
    (error: unknown) => (seen.error = (error as Error).message),
  )
  await clock.advance(0)
  return { seen, heart, ended }
}

export const folded = (running: Running, outcome: StretchOutcome = { status: 'folded' }): Promise<void> => {
  running.told.settle.at(-1)?.(outcome)
  return running.clock.advance(0)
}
