import { expect, test } from '@jest/globals'
import { fakeClock } from '@votestream/testing'
import { aBallot } from '../../../test/builders.js'
import { partitionOf } from '../../domain/partition.js'
import { Appender, QUEUE_MAX } from './appender.js'
import { decodeRecord } from './record-codec.js'

interface Request {
  readonly ids: readonly string[]
  answer(offsets: Record<number, number>): void
  fail(): void
}

/** An appender whose brokers answer when the test says so. */
const anAppender = ({ partitions = 1 } = {}) => {
  const clock = fakeClock()
  const still = { ms: 0 }
  const requests: Request[] = []
  const attempts: boolean[] = []
  const producer = {
    send: ({ messages }: { messages: readonly { partition?: number; value: Buffer | string | null }[] }) =>
      new Promise<{ topicName: string; partition: number; baseOffset: string; errorCode: number }[]>(
        (resolve, reject) => {
          const records = messages.map(({ value }) => decodeRecord(value as Buffer, 0, 0))
          requests.push({
            ids: records.map((record) => ('ballot' in record ? record.ballot.voteId : 'unreadable')),
            answer: (offsets) => {
              resolve(
                Object.entries(offsets).map(([partition, offset]) => ({
                  ...{ topicName: 't', errorCode: 0, partition: Number(partition) },
                  baseOffset: String(offset),
                })),
              )
            },
            fail: () => reject(new Error('away')),
          })
        },
      ),
  }
  const onAttempt = (succeeded: boolean): void => void attempts.push(succeeded)
  const lateClock = { ...clock, monotonicMs: () => clock.monotonicMs() + still.ms }
  const appender = new Appender({ producer, topic: 't', partitions, clock: lateClock, onAttempt })
  /** As a process does that was stopped: the time has passed, and no timer has run yet. */
  const standStill = (ms: number): void => void (still.ms += ms)
  return { appender, clock, requests, attempts, standStill }
}

const UNAVAILABLE = { status: 'refused', reason: 'UNAVAILABLE', retryAfterMs: 1_000 }

test('one request is under way; what comes meanwhile leaves with the next, in order', async () => {
  const { appender, clock, requests } = anAppender()
  const ballots = Array.from({ length: 4 }, () => aBallot())

  const appended = ballots.slice(0, 2).map((ballot) => appender.append([ballot]))
  await clock.advance(0)
  appended.push(...ballots.slice(2).map((ballot) => appender.append([ballot])))
  await clock.advance(0)
  const underWay = requests.length
  requests[0]?.answer({ 0: 7 })
  await clock.advance(0)
  requests[1]?.answer({ 0: 9 })

  expect(underWay).toBe(1)
  expect(requests.flatMap(({ ids }) => ids)).toEqual(ballots.map(({ voteId }) => voteId))
  expect(requests.map(({ ids }) => ids.length)).toEqual([2, 2])
  expect((await Promise.all(appended)).flat()).toEqual(
    [7, 8, 9, 10].map((offset) => ({ status: 'appended', partition: 0, offset })),
  )
})

test('every partition has offsets of its own', async () => {
  const { appender, clock, requests } = anAppender({ partitions: 2 })
  const ballots = Array.from({ length: 20 }, () => aBallot())

  const appended = appender.append(ballots)
  await clock.advance(0)
  requests[0]?.answer({ 0: 100, 1: 200 })

  const next = [100, 200]
  const expected = ballots.map(({ pollId, ballotKey }) => {
    const partition = partitionOf(pollId, ballotKey, 2)
    const offset = next[partition] ?? 0
    next[partition] = offset + 1
    return { status: 'appended', partition, offset }
  })
  expect(await appended).toEqual(expected)
})

test('what is out of time when the process goes on is not sent, although no timer has run', async () => {
  const { appender, clock, requests, standStill } = anAppender()
  const sent = appender.append([aBallot()])
  await clock.advance(0)
  const waiting = appender.append([aBallot()])
  await clock.advance(0)

  standStill(7_000)
  requests[0]?.answer({ 0: 1 })

  expect(await sent).toEqual([{ status: 'appended', partition: 0, offset: 1 }])
  expect(await waiting).toEqual([UNAVAILABLE])
  expect(requests).toHaveLength(1)
})

test('a ballot that expires sooner than an append is not sent after that', async () => {
  const { appender, clock, requests } = anAppender()
  void appender.append([aBallot()])
  await clock.advance(0)
  const [soon, later] = [aBallot({ expiresAt: clock.now() + 100 }), aBallot({ expiresAt: clock.now() + 101 })]
  const waiting = appender.append([soon, later])

  await clock.advance(100)
  requests[0]?.answer({ 0: 1 })
  await clock.advance(0)
  requests[1]?.answer({ 0: 2 })

  expect(requests[1]?.ids).toEqual([later.voteId])
  expect(await waiting).toEqual([UNAVAILABLE, { status: 'appended', partition: 0, offset: 2 }])
})

test('when the time is up, what was in a request is unknown and what waited is refused', async () => {
  const { appender, clock, requests } = anAppender()

  const sent = appender.append([aBallot()])
  await clock.advance(0)
  const waiting = appender.append([aBallot()])
  await clock.advance(1_500)

  expect(await sent).toEqual([{ status: 'unknown' }])
  expect(await waiting).toEqual([UNAVAILABLE])
  requests[0]?.fail()
  await clock.advance(1_000)
  expect(requests).toHaveLength(1)
})

test('an attempt that failed is repeated within the time and gives the position', async () => {
  const { appender, clock, requests, attempts } = anAppender()

  const appended = appender.append([aBallot()])
  await clock.advance(0)
  requests[0]?.fail()
  await clock.advance(50)
  requests[1]?.answer({ 0: 3 })

  expect(await appended).toEqual([{ status: 'appended', partition: 0, offset: 3 }])
  expect(attempts).toEqual([false, true])
  expect(requests[1]?.ids).toEqual(requests[0]?.ids)
})

test('a ballot that was given up is not sent again', async () => {
  const { appender, clock, requests } = anAppender()

  const early = appender.append([aBallot()])
  await clock.advance(1_000)
  requests[0]?.fail()
  const late = appender.append([aBallot()])
  await clock.advance(50)
  await clock.advance(450)
  requests[1]?.fail()
  await clock.advance(50)

  expect(await early).toEqual([{ status: 'unknown' }])
  expect(requests).toHaveLength(3)
  requests[2]?.answer({ 0: 1 })
  expect(await late).toMatchObject([{ status: 'appended' }])
})

test('a partition that the answer leaves out is unknown', async () => {
  const { appender, clock, requests } = anAppender({ partitions: 2 })
  const ballots = Array.from({ length: 20 }, () => aBallot())

  const appended = appender.append(ballots)
  await clock.advance(0)
  requests[0]?.answer({ 1: 5 })

  const expected = ballots.map(({ pollId, ballotKey }) =>
    partitionOf(pollId, ballotKey, 2) === 1 ? 'appended' : 'unknown',
  )
  expect((await appended).map(({ status }) => status)).toEqual(expected)
})

test('a request carries a thousand ballots at the most', async () => {
  const { appender, clock, requests } = anAppender()

  const appended = appender.append(Array.from({ length: 1_001 }, () => aBallot()))
  await clock.advance(0)
  requests[0]?.answer({ 0: 1 })
  await clock.advance(0)
  requests[1]?.answer({ 0: 1_001 })

  expect((await appended).at(-1)).toMatchObject({ offset: 1_001 })
  expect(requests.map(({ ids }) => ids.length)).toEqual([1_000, 1])
})

test('a full queue refuses a call as a whole', async () => {
  const { appender, clock, requests } = anAppender()
  const ballot = aBallot()
  const first = appender.append(Array.from({ length: QUEUE_MAX }, () => ballot))
  await clock.advance(0)

  const refused = await appender.append([aBallot()])

  expect(refused).toEqual([{ status: 'refused', reason: 'OVERLOADED', retryAfterMs: 1_000 }])
  expect(appender.size).toBe(QUEUE_MAX)
  await clock.advance(1_500)
  requests[0]?.fail()
  await clock.advance(50)
  expect(new Set((await first).map(({ status }) => status))).toEqual(new Set(['unknown', 'refused']))
}, 20_000)

test('is idle when nothing is under way any more', async () => {
  const { appender, clock, requests } = anAppender()
  const seen = { idle: false }
  void appender.append([aBallot()])
  await clock.advance(0)

  void appender.idle().then(() => (seen.idle = true))
  await clock.advance(0)
  const before = seen.idle
  requests[0]?.answer({ 0: 1 })
  await clock.advance(0)

  expect([before, seen.idle]).toEqual([false, true])
  expect(appender.size).toBe(0)
})
