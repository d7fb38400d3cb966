import { describe, expect, test } from '@jest/globals'
import { unavailable } from '@votestream/errors'
import { fakeClock, silentLogger } from '@votestream/testing'
import { aBallot, aBatch, aFolded, aSilentMeter } from '../../test/builders.js'
import type { LoggedBallot } from '../domain/ballot.js'
import type { Progress } from '../domain/progress.js'
import type { Judgement, Verdict } from '../domain/verdict.js'
import { LOOK_UP_AFTER_MS } from './verdict-look-ups.js'
import { makeVerdictWaiters } from './verdict-waiters.js'

const counted: Verdict = { status: 'counted', version: 3 }
const anAppended = (partition: number, offset: number, pollId = 1): LoggedBallot => ({
  ...aBallot({ pollId }),
  ...{ partition, offset },
})
const foldOf = (partition: number, from: number, ballots = 1) =>
  aFolded({
    batches: [
      {
        ...aBatch(
          partition,
          from,
          Array.from({ length: ballots }, () => aBallot()),
        ),
        verdicts: Array.from({ length: ballots }, () => counted),
      },
    ],
  })
const aProgress = (o: Partial<Progress> = {}): Progress => ({
  ...{ logId: 'a log', partition: 0, from: 5, next: 8 },
  ...{ rejected: [], versions: [[1, 9]] },
  ...o,
})

/** Waiters of a log that other replicas fold too, over a store that answers as the test says. */
const aWorld = (judge: (ballot: LoggedBallot) => Judgement = () => undefined) => {
  const clock = fakeClock()
  const ways: string[] = []
  const asked: number[][] = []
  const heard: string[] = []
  const store = {
    logId: () => 'a log',
    judge: (ballots: readonly LoggedBallot[]): Promise<readonly Judgement[]> => {
      asked.push(ballots.map(({ offset }) => offset))
      return Promise.resolve(ballots.map(judge))
    },
  }
  const meter = {
    ...aSilentMeter(),
    decided: (way: string) => void ways.push(way),
    unrecorded: () => void ways.push('unrecorded'),
  }
  const waiters = makeVerdictWaiters({ clock, meter, shared: { store, logger: silentLogger } })
  const wait = (ballot: LoggedBallot) =>
    waiters.wait(ballot, (verdict) =>
      heard.push(
        `${ballot.offset} ${verdict.status === 'counted' ? `counted ${verdict.version}` : verdict.reason}`,
      ),
    )
  return { clock, store, waiters, wait, heard, ways, asked }
}

describe('an own fold', () => {
  test('settles the waiter of its own partition and offset, once', () => {
    const { waiters, wait, heard, ways } = aWorld()
    wait(anAppended(0, 5))
    wait(anAppended(1, 5))

    waiters.settle(foldOf(1, 5))
    waiters.settle(foldOf(1, 5))

    expect([heard, ways]).toEqual([['5 counted 3'], ['fold']])
    expect(waiters.size).toBe(1)
  })

  test('does not tell who stopped waiting', () => {
    const { waiters, wait, heard } = aWorld()
    const stop = wait(anAppended(0, 5))

    stop()
    waiters.settle(foldOf(0, 5))

    expect(heard).toEqual([])
    expect(waiters.size).toBe(0)
  })

  test('needs no store where this process folds the whole log: nothing is ever looked up', async () => {
    const clock = fakeClock()
    const waiters = makeVerdictWaiters({ clock, meter: aSilentMeter() })
    const heard: Verdict[] = []
    waiters.wait(anAppended(0, 5), (verdict) => heard.push(verdict))

    await clock.advance(10_000)
    waiters.heard(aProgress())
    waiters.settle(foldOf(0, 5))

    expect(heard).toEqual([counted])
  })
})

describe('an overtaken acknowledgement', () => {
  test('finds the verdict of the own fold that was committed before it', () => {
    const { waiters, wait, heard, ways } = aWorld()
    waiters.settle(foldOf(0, 5, 3))

    wait(anAppended(0, 6))
    wait(anAppended(0, 8))

    expect([heard, ways]).toEqual([['6 counted 3'], ['fold']])
    expect(waiters.size).toBe(1)
  })

  test('finds what another replica said of its fold before it', () => {
    const { waiters, wait, heard, ways } = aWorld()
    waiters.heard(aProgress({ rejected: [{ offset: 6, reason: 'ALREADY_VOTED' }] }))

    for (const offset of [4, 5, 6, 8]) wait(anAppended(0, offset))
    wait(anAppended(1, 5))

    expect([heard, ways]).toEqual([
      ['5 counted 9', '6 ALREADY_VOTED'],
      ['progress', 'progress'],
    ])
    expect(waiters.size).toBe(3)
  })

  test('is looked up at once when the message before it left its version out', async () => {
    const { waiters, wait, heard, clock } = aWorld(() => counted)
    waiters.heard(aProgress({ versions: [] }))

    wait(anAppended(0, 5))
    await clock.advance(1)

    expect(heard).toEqual(['5 counted 3'])
  })

  test('that comes after more than 4,096 others of its partition is looked up', async () => {
    const { waiters, wait, heard, ways, clock } = aWorld(() => counted)
    waiters.settle(foldOf(0, 5, 4_097))

    wait(anAppended(0, 5))
    wait(anAppended(0, 6))
    await clock.advance(LOOK_UP_AFTER_MS)

    expect(heard).toEqual(['6 counted 3', '5 counted 3'])
    expect(ways).toEqual(['fold', 'lookup'])
  })
})

describe('a message from another replica', () => {
  test('resolves the offsets inside its stretch: the rejected with their reasons, the others at the version that it carries', () => {
    const { waiters, wait, heard } = aWorld()
    for (const offset of [4, 5, 6, 7, 8]) wait(anAppended(0, offset))
    wait(anAppended(1, 6))

    waiters.heard(aProgress({ rejected: [{ offset: 6, reason: 'IDEMPOTENCY_KEY_REUSED' }] }))

    expect(heard).toEqual(['5 counted 9', '6 IDEMPOTENCY_KEY_REUSED', '7 counted 9'])
    expect(waiters.size).toBe(3)
  })

  test('of another log is ignored', () => {
    const { waiters, wait, heard } = aWorld()
    wait(anAppended(0, 5))

    waiters.heard(aProgress({ logId: 'another log' }))
    wait(anAppended(0, 6))

    expect(heard).toEqual([])
  })

  test('without a version or with the reason of a newer release has its ballots looked up at once, together', async () => {
    const { waiters, wait, heard, asked, clock } = aWorld(() => counted)
    wait(anAppended(0, 5, 2))
    wait(anAppended(0, 6, 1))
    wait(anAppended(0, 7, 1))

    waiters.heard(aProgress({ rejected: [{ offset: 7, reason: 'NEW_REASON' }] }))
    await clock.advance(1)

    expect(heard).toEqual(['6 counted 9', '5 counted 3', '7 counted 3'])
    expect(asked).toEqual([[5, 7]])
  })
})

describe('a lost message', () => {
  test('costs time only: who has waited for 100 ms is looked up, many together', async () => {
    const { wait, heard, ways, asked, clock } = aWorld(({ offset }) => (offset === 5 ? counted : undefined))
    wait(anAppended(0, 5))
    wait(anAppended(0, 6))

    await clock.advance(LOOK_UP_AFTER_MS - 1)
    const before = [...asked]
    await clock.advance(1)

    expect(before).toEqual([])
    expect(asked).toEqual([[5, 6]])
    expect([heard, ways]).toEqual([['5 counted 3'], ['lookup']])
  })

  test('is looked for again every 100 ms, and never when nobody waits', async () => {
    const { wait, asked, clock } = aWorld()
    const stop = wait(anAppended(0, 5))

    await clock.advance(1_000)
    stop()
    await clock.advance(10_000)

    expect(asked).toHaveLength(10)
  })

  test('is looked for at most once every 100 ms, however differently long they have waited', async () => {
    const { wait, asked, clock } = aWorld()
    wait(anAppended(0, 5))
    await clock.advance(50)
    wait(anAppended(0, 6))

    await clock.advance(149)
    const before = [...asked]
    await clock.advance(1)

    expect(before).toEqual([[5]])
    expect(asked).toEqual([[5], [6, 5]])
  })

  test('is not looked for again when its waiter has left during the query', async () => {
    const { store, wait, asked, clock } = aWorld()
    let answer: (judgements: Judgement[]) => void = () => undefined
    store.judge = (ballots) => {
      asked.push(ballots.map(({ offset }) => offset))
      return new Promise((resolve) => (answer = resolve))
    }
    const stop = wait(anAppended(0, 5))
    await clock.advance(LOOK_UP_AFTER_MS)

    stop()
    answer([undefined])
    await clock.advance(1_000)

    expect(asked).toEqual([[5]])
  })

  test('has no timer when nobody waits', () => {
    const { clock, waiters, wait } = aWorld()
    const timers = new Set<object>()
    const setTimer = clock.setTimeout.bind(clock)
    clock.setTimeout = (run, ms) => {
      const timer = setTimer(run, ms)
      timers.add(timer)
      const cancel = (): void => {
        timers.delete(timer)
        timer.cancel()
      }
      return { cancel }
    }

    wait(anAppended(0, 5))
    const stop = wait(anAppended(0, 6))
    const whileWaiting = timers.size
    waiters.settle(foldOf(0, 5))
    stop()

    expect([whileWaiting, timers.size]).toEqual([1, 0])
  })

  test('has one query at a time, however late its answer', async () => {
    const { store, waiters, wait, clock } = aWorld()
    let answer: (judgements: Judgement[]) => void = () => undefined
    let queries = 0
    store.judge = () => {
      queries++
      return new Promise((resolve) => (answer = resolve))
    }
    wait(anAppended(0, 5))
    await clock.advance(150)
    wait(anAppended(0, 6))
    await clock.advance(5_000)

    const whileUnanswered = queries
    answer([counted])
    await clock.advance(1)

    expect([whileUnanswered, queries]).toEqual([1, 2])
    expect(waiters.size).toBe(1)
  })

  test('is looked for in turns when more wait than fit into one query', async () => {
    const { wait, asked, clock } = aWorld()
    for (let offset = 0; offset < 2_500; offset++) wait(anAppended(0, offset))

    await clock.advance(LOOK_UP_AFTER_MS)

    expect(asked.map(({ length }) => length)).toEqual([1_000, 1_000, 500])
    expect(new Set(asked.flat()).size).toBe(2_500)
  })

  test('is looked for again after the store could not be asked', async () => {
    const { store, wait, heard, clock } = aWorld()
    let broken = true
    store.judge = (ballots) =>
      broken
        ? Promise.reject(unavailable('DATABASE_UNAVAILABLE', 'down'))
        : Promise.resolve(ballots.map(() => counted))
    wait(anAppended(0, 5))
    await clock.advance(1_000)

    broken = false
    await clock.advance(LOOK_UP_AFTER_MS)

    expect(heard).toEqual(['5 counted 3'])
  })

  test('that arrives while it is looked up tells nobody twice', async () => {
    const { store, waiters, wait, heard, clock } = aWorld()
    let answer: (judgements: Judgement[]) => void = () => undefined
    store.judge = () => new Promise((resolve) => (answer = resolve))
    wait(anAppended(0, 5))
    await clock.advance(LOOK_UP_AFTER_MS)

    waiters.heard(aProgress())
    answer([counted])
    await clock.advance(1_000)

    expect(heard).toEqual(['5 counted 9'])
  })
})

describe('a position without verdict', () => {
  test('is no verdict: it is counted as an anomaly once, nobody is told, and it is not asked about again', async () => {
    const { waiters, wait, heard, ways, asked, clock } = aWorld(() => ({ status: 'unrecorded' }))
    wait(anAppended(0, 5))

    await clock.advance(1_000)

    expect([heard, ways, asked]).toEqual([[], ['unrecorded'], [[5]]])
    expect(waiters.size).toBe(1)
  })
})

test('says how long the oldest waiter of a partition has waited', async () => {
  const { waiters, wait, clock } = aWorld()
  wait(anAppended(0, 5))
  await clock.advance(30)
  wait(anAppended(0, 6))
  wait(anAppended(1, 5))
  await clock.advance(10)

  const before = [0, 1, 2].map((partition) => waiters.oldestWaitMs(partition))
  waiters.settle(foldOf(0, 5))

  expect(before).toEqual([40, 10, 0])
  expect(waiters.oldestWaitMs(0)).toBe(10)
})
