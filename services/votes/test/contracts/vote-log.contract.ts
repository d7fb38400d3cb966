import { describe, expect, test } from '@jest/globals'
import { eventually } from '@votestream/testing'
import { randomUUID } from 'node:crypto'
import { aBallot } from '../builders.js'
import { openDirectLog, openKafkaLog } from '../world.js'

/** Every adapter of VoteLog, each over a real store with one fold running. */
const voteLogs = [
  ['direct', openDirectLog],
  ['kafka', openKafkaLog],
] as const

describe.each(voteLogs)('VoteLog (%s)', (_name, openWorld) => {
  test('counts an appended ballot and tells its waiter the version', async () => {
    await using world = await openWorld()

    const verdict = await world.cast(aBallot({ choice: 1 }))

    expect(verdict).toEqual({ status: 'counted', version: 1 })
    expect(await world.countsOf(1)).toEqual([0, 1])
  })

  test('counts a redelivered vote once', async () => {
    await using world = await openWorld()
    const ballot = aBallot({ choice: 0 })

    const verdicts = await Promise.all(Array.from({ length: 200 }, () => world.cast(ballot)))

    expect(new Set(verdicts.map((verdict) => JSON.stringify(verdict)))).toEqual(
      new Set([JSON.stringify({ status: 'counted', version: 1 })]),
    )
    expect(await world.countsOf(1)).toEqual([1])
  })

  test('lets the first ballot of a voter win, in the order of the appends', async () => {
    await using world = await openWorld()
    const ballotKey = randomUUID()

    const verdicts = await Promise.all([0, 1, 1].map((choice) => world.cast(aBallot({ ballotKey, choice }))))

    expect(verdicts.map(({ status }) => status)).toEqual(['counted', 'rejected', 'rejected'])
    expect(await world.countsOf(1)).toEqual([1])
  })

  test('gives ballots of one voter rising offsets in one partition', async () => {
    await using world = await openWorld()
    const ballotKey = randomUUID()

    const positions = await world.log.append([0, 1, 2].map((choice) => aBallot({ ballotKey, choice })))

    const [first, second, third] = positions.map((p) => (p.status === 'appended' ? p : undefined))
    expect([second?.partition, third?.partition]).toEqual([first?.partition, first?.partition])
    expect((third?.offset ?? 0) - (second?.offset ?? 0)).toBe(1)
    expect((second?.offset ?? 0) - (first?.offset ?? 0)).toBe(1)
  })

  test('publishes versions in order, the last one with everything', async () => {
    await using world = await openWorld()

    await Promise.all(Array.from({ length: 100 }, () => world.cast(aBallot())))

    const versions = world.published.map(({ version }) => version)
    expect(versions).toEqual([...versions].sort((a, b) => a - b))
    expect(versions.at(-1)).toBe(100)
  })

  test('passes a record that the store refuses and counts those around it', async () => {
    await using world = await openWorld()
    const key = () => randomUUID()
    const ballots = [0, 99, 1].map((choice) => aBallot({ ballotKey: key(), choice }))

    const verdicts = await Promise.all(ballots.map((ballot) => world.cast(ballot)))

    expect(verdicts.map(({ status }) => status)).toEqual(['counted', 'rejected', 'counted'])
    expect(await world.countsOf(1)).toEqual([1, 1])
  })

  test('does not say that it holds no such vote before the vote is folded', async () => {
    await using world = await openWorld()
    const ballot = aBallot()

    await world.log.append([ballot])
    await eventually(async () => expect(await world.log.mayHold(1, ballot.voteId)).toBe(false))

    expect(await world.store.findVerdict(1, ballot.voteId)).toMatchObject({ status: 'counted' })
  })

  test('ends a poll behind what was appended before, in the partitions that are named', async () => {
    await using world = await openWorld()
    const ballots = Array.from({ length: 20 }, () => aBallot())

    const early = Promise.all(ballots.map((ballot) => world.cast(ballot)))
    const ends = await world.log.close({ pollId: 1, closeId: randomUUID() }, [0, 1])
    const late = await Promise.all(Array.from({ length: 20 }, () => world.cast(aBallot())))

    expect(ends.map(({ status }) => status)).toEqual(['appended', 'appended'])
    expect(new Set((await early).map(({ status }) => status))).toEqual(new Set(['counted']))
    expect(new Set(late.map((verdict) => 'reason' in verdict && verdict.reason))).toEqual(
      new Set(['POLL_CLOSED']),
    )
    expect(await world.store.readResults([1])).toMatchObject([
      { counts: [20], status: 'closed', version: 22 },
    ])
    expect(world.published.at(-1)).toMatchObject({ status: 'closed', version: 22 })
  })

  test('has bookmarks behind the Genesis and every ballot', async () => {
    await using world = await openWorld()

    await world.cast(aBallot())
    const bookmarks = await world.store.readBookmarks()

    expect([...bookmarks.keys()]).toEqual([0, 1])
    expect([...bookmarks.values()].reduce((sum, next) => sum + next, 0)).toBe(3)
  })
})
