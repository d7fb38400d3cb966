/*
 * The fold's truth is SQL: real PostgreSQL sessions, paused at each statement, are led through schedules and compared with a plain model.
 *
 * A failing schedule prints `{ seed, path }`, the smallest schedule that still fails, and what happened statement by statement. Again, only that one:
 *   VOTESTREAM_SCHEDULE_SEED=<seed> VOTESTREAM_SCHEDULE_PATH=<path> npm test -- fold-schedules
 * More of them (the nightly):
 *   VOTESTREAM_SCHEDULES=5000 npm test -- fold-schedules
 */
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { randomUUID } from 'node:crypto'
import { aBallot, aBatch } from '../builders.js'
import { openStage, type OpenedStage } from '../schedules/open-stage.js'
import { playSchedule } from '../schedules/play.js'
import { aSchedule } from '../schedules/schedule.js'
import type { Session, Stage } from '../schedules/stage.js'

/** A quarter of a second each on two busy cores; most bugs planted into the fold fell within 10 of them, the rarest after about 50. */
const DEFAULT_SCHEDULES = 150
/** For one schedule on a machine that others use as well, and for shrinking a failing one. */
const MS_A_SCHEDULE = 1_000
const SHRINKING_MS = 120_000

const { VOTESTREAM_SCHEDULES, VOTESTREAM_SCHEDULE_SEED, VOTESTREAM_SCHEDULE_PATH } = process.env
const schedules = Number(VOTESTREAM_SCHEDULES ?? DEFAULT_SCHEDULES)

let opened: OpenedStage
beforeAll(async () => {
  opened = await openStage()
})
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
})

test(
  `${schedules} schedules of interleaved, replayed, overlapping and disturbed folds leave what the model says`,
  async () => {
    await fc.assert(
      fc.asyncProperty(aSchedule, (schedule) => playSchedule(opened, schedule)),
      {
        numRuns: schedules,
        ...(VOTESTREAM_SCHEDULE_SEED === undefined ? {} : { seed: Number(VOTESTREAM_SCHEDULE_SEED) }),
        ...(VOTESTREAM_SCHEDULE_PATH === undefined ? {} : { path: VOTESTREAM_SCHEDULE_PATH }),
        interruptAfterTimeLimit: schedules * MS_A_SCHEDULE + SHRINKING_MS,
        markInterruptAsFailure: true,
      },
    )
  },
  schedules * MS_A_SCHEDULE + 2 * SHRINKING_MS,
)

describe('a schedule by hand', () => {
  let stage: Stage
  let sessions: readonly [Session, Session, Session]
  beforeEach(async () => {
    stage = opened.stage
    sessions = stage.sessions.slice(0, 3) as unknown as typeof sessions
    await stage.begin()
  })
  afterEach(() => stage.end())

  /** Lets a session go on, statement by statement, until it is done. */
  const finish = async (session: Session): Promise<void> => {
    while (session.gate.held !== undefined) await stage.step(session)
  }
  const begin = async (session: Session, ...batches: readonly ReturnType<typeof aBatch>[]) => {
    const folding = stage.start(session, (store) => store.fold(batches))
    folding.catch(() => undefined) // the test looks at it later
    await stage.settle()
    return { folding }
  }
  /** Lets a session go on until it stands before its COMMIT. */
  const goToCommit = async (session: Session): Promise<void> => {
    while (session.gate.held !== 'COMMIT') await stage.step(session)
  }
  const readTotals = () => opened.store.readTotals()

  test('a zombie wakes after its partitions have moved on, and neither counts nor moves a bookmark back', async () => {
    const [zombie, heir] = sessions
    const ballots = [aBallot(), aBallot(), aBallot()]
    const late = await begin(zombie, aBatch(0, 1, ballots.slice(0, 2)), aBatch(1, 1, [aBallot()]))
    await stage.step(zombie) // BEGIN, then it freezes
    const inherited = await begin(heir, aBatch(0, 1, ballots))
    await finish(heir)

    await finish(zombie)

    expect(await inherited.folding).toMatchObject({ fenced: [], busy: [], batches: [{ partition: 0 }] })
    expect(await late.folding).toMatchObject({
      fenced: [{ partition: 0, bookmark: 4 }],
      batches: [{ partition: 1, verdicts: [{ status: 'counted', version: 4 }] }],
    })
    expect((await stage.witness.readTables()).bookmarks).toEqual([
      [0, 4],
      [1, 2],
      [2, 1],
    ])
    expect(await readTotals()).toEqual({ totalVotes: 4, pollsWithVotes: 1 })
  })

  test('a zombie does not set aside again what its heir has set aside and passed', async () => {
    const [zombie, heir] = sessions
    const poison = aBatch(0, 1, [aBallot({ choice: 99 })])
    const late = stage.start(zombie, (store) => store.quarantine(poison, new Error('refused')))
    await stage.settle()
    await stage.step(zombie) // BEGIN, then it freezes
    void stage.start(heir, (store) => store.quarantine(poison, new Error('refused')))
    await stage.settle()
    await finish(heir)
    await begin(heir, aBatch(0, 2, [aBallot()]))
    await finish(heir)

    await finish(zombie)

    expect(await late).toMatchObject({ batches: [], fenced: [{ partition: 0, bookmark: 3 }] })
    expect((await stage.witness.readTables()).bookmarks[0]).toEqual([0, 3])
  })

  test('a COMMIT whose answer is lost has happened, and its replay counts nothing again', async () => {
    const [session] = sessions
    const stretch = aBatch(0, 1, [aBallot(), aBallot({ choice: 1 })])
    const { folding } = await begin(session, stretch)
    await goToCommit(session)

    await stage.step(session, 'lost')
    const replay = await begin(session, stretch)
    await finish(session)

    await expect(folding).rejects.toMatchObject({ name: 'CommitUnknown' })
    expect(await replay.folding).toMatchObject({ batches: [], fenced: [{ partition: 0, bookmark: 3 }] })
    expect(await opened.store.readResults([1])).toMatchObject([{ version: 2, counts: [1, 1] }])
  })

  test('a session that dies before its COMMIT has done nothing, and its replay counts everything', async () => {
    const [session] = sessions
    const stretch = aBatch(0, 1, [aBallot(), aBallot({ choice: 1 })])
    const { folding } = await begin(session, stretch)
    await goToCommit(session)

    await stage.kill(session)
    const replay = await begin(session, stretch)
    await finish(session)

    await expect(folding).rejects.toMatchObject({ name: 'CommitUnknown' })
    expect(await replay.folding).toMatchObject({ batches: [{ next: 3 }], fenced: [] })
    expect(await opened.store.readResults([1])).toMatchObject([{ version: 2, counts: [1, 1] }])
  })

  test('of two that fold overlapping stretches at once the second is left out and waits for nobody', async () => {
    const [first, second] = sessions
    const ballots = [aBallot(), aBallot(), aBallot()]
    const long = await begin(first, aBatch(0, 1, ballots))
    await goToCommit(first)

    const short = await begin(
      second,
      aBatch(0, 1, ballots.slice(0, 2)),
      aBatch(1, 1, [aBallot({ pollId: 2 })]),
    )
    await finish(second)
    await finish(first)

    expect(stage.trace.filter((line) => line.includes('waits'))).toEqual([])
    expect(await short.folding).toMatchObject({ busy: [0], fenced: [], batches: [{ partition: 1 }] })
    expect(await long.folding).toMatchObject({ busy: [], fenced: [], batches: [{ partition: 0 }] })
    expect(await readTotals()).toEqual({ totalVotes: 4, pollsWithVotes: 2 })
  })

  test('two that share polls, one of them behind a third one, wait in turn and do not deadlock', async () => {
    const [holder, one, other] = sessions
    const inPolls = (partition: number, ...pollIds: readonly number[]) =>
      aBatch(
        partition,
        1,
        pollIds.map((pollId) => aBallot({ pollId })),
      )
    await begin(holder, inPolls(0, 2))
    await goToCommit(holder)
    // Opposite by where they stand in the batch, and by how many they are: only the polls' ids have one order. In any other, `one` holds one
    // end and stands in the middle, while `other` holds the other end and wants the first.
    const waiting = await begin(one, inPolls(1, 1, 1, 1, 2, 2, 3))
    const behind = await begin(other, inPolls(2, 3, 3, 1))
    for (const session of [one, other]) for (const _statement of ['BEGIN', 'fold']) await stage.step(session)
    const stuck = stage.moving.map(({ name }) => name)

    await finish(holder)
    while (stage.held[0]) await stage.step(stage.held[0])

    expect(stuck).toEqual(['s1', 's2'])
    expect(await waiting.folding).toMatchObject({ fenced: [], busy: [], batches: [{ partition: 1 }] })
    expect(await behind.folding).toMatchObject({ fenced: [], busy: [], batches: [{ partition: 2 }] })
    expect(await readTotals()).toEqual({ totalVotes: 10, pollsWithVotes: 3 })
  })

  test('a vote id twice in one batch counts once, and both are told so; with another choice it is refused', async () => {
    const [session] = sessions
    const ballot = aBallot({ choice: 1 })
    const { folding } = await begin(session, aBatch(0, 1, [ballot, ballot, { ...ballot, choice: 0 }]))

    await finish(session)

    expect((await folding).batches[0]?.verdicts).toEqual([
      { status: 'counted', version: 1 },
      { status: 'counted', version: 1 },
      { status: 'rejected', reason: 'IDEMPOTENCY_KEY_REUSED' },
    ])
    expect(await opened.store.readResults([1])).toMatchObject([{ version: 1, counts: [0, 1] }])
  })

  test('a left-over is judged by the row that somebody else committed while the fold was running', async () => {
    const [first, second] = sessions
    const [ballotKey, retried] = [randomUUID(), aBallot({ pollId: 2 })]
    await begin(first, aBatch(0, 1, [aBallot({ ballotKey }), retried, aBallot({ pollId: 2 })]))
    await goToCommit(first)
    // No log puts a key into two partitions; the store counts it once all the same.
    const { folding } = await begin(second, aBatch(1, 1, [aBallot({ ballotKey }), retried]))
    for (const _statement of ['BEGIN', 'fold']) await stage.step(second)
    const waited = stage.trace.at(-1)

    await finish(first)
    await finish(second)

    expect(waited).toBe('s1:   waits behind s0')
    expect((await folding).batches[0]?.verdicts).toEqual([
      { status: 'rejected', reason: 'ALREADY_VOTED' },
      { status: 'counted', version: 2 },
    ])
    expect(await readTotals()).toEqual({ totalVotes: 3, pollsWithVotes: 2 })
  })
})
